#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "master/core/draft.h"

namespace edm::master {

// The steps that an operation of this kind has, all pending.
std::vector<Step> StepsOf(OperationKind kind, Until until);

// Puts the step into the operation (a new one at the end) with its times, and tells those who watch.
// `worker_cursor`: 0 when it is the master's own step.
void SetStep(Draft& draft, OperationRecord& record, Step step, std::uint32_t worker_cursor = 0);
void SetStep(Draft& draft, OperationRecord& record, std::string_view name, StepState state,
             std::string detail = {});

// A warning of the master's own: on the operation while there is room, and to those who watch.
void Warn(Draft& draft, OperationRecord& record, std::string text);

// What runs becomes failed, what did not begin is skipped.
void CloseSteps(Draft& draft, OperationRecord& record, bool succeeded);

}  // namespace edm::master
