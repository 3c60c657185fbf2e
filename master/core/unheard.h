#pragma once

#include <string>

#include "master/core/draft.h"

namespace edm::master {

// Whether the attempt that the status speaks of ended without a word of its worker: its order may never have
// got there, and what its worker says of an older one is what is so.
bool IsUnheard(const State& state, const InstanceRecord& instance);

// Whether its worker stopped by itself (worker/core/fence.h) what ran at this end of the attempt, and has
// said so before the end came.
bool HasStoppedSince(const State& state, const OperationRecord& record, const AttemptEnd& end);

// The operation has ended, and nobody follows its attempt any more: the status tells what its worker reported
// last, as far as that is newer than what was heard.
void ShowWhatIsThere(Draft& draft, const OperationRecord& record);

}  // namespace edm::master
