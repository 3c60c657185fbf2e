#pragma once

#include <map>
#include <optional>
#include <string>

#include "master/core/draft.h"

namespace edm::master {

// What the rules say about a move that was asked for.
struct MoveVerdict {
  MovePlan plan;
  Until until = Until::kRunning;  // what does not run is only built there
  std::uint32_t release = 0;
  bool is_there = false;
};

// Refused: what is on no worker or was never built, what keeps data that nobody gives up, what its worker
// would share with the new one.
Result<MoveVerdict> JudgeMove(const State& state, const Begin& begin, const InstanceRecord& instance);

void PlanMove(OperationRecord& record, const MoveVerdict& verdict);

// The workers that a move may not go to, and why.
std::map<std::string, std::string> BarredFrom(const State& state, const MovePlan& move, SteadyTime now);

// The new copy serves: status, address and releases name the new worker, in one transaction.
void Arrive(Draft& draft, const OperationRecord& record, const AttemptEnd& end);

// After the end of a leg: the next one begins, or the move ends the way that was decided before its way back.
// False: it ends as any other operation.
bool GoOnMoving(Draft& draft, OperationRecord& record, bool reached, OperationState outcome,
                std::optional<Error> failure);

}  // namespace edm::master
