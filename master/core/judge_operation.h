#pragma once

#include <optional>
#include <string>

#include "master/core/move.h"
#include "master/model/command.h"
#include "master/model/state.h"

namespace edm::master {

// What the rules of one kind say about a request.
struct Verdict {
  std::uint32_t release = 0;  // to start
  bool done = false;          // nothing is left to do
  std::optional<MoveVerdict> move{};
  std::string note{};  // why it is done
};

Result<Verdict> JudgeOperation(const State& state, const Begin& begin, const InstanceRecord& record);

Error IsLeaving(const std::string& instance, const std::string& operation);

}  // namespace edm::master
