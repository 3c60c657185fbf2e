#pragma once

#include <optional>

#include "master/core/draft.h"

namespace edm::master {

// Gives the operation its one terminal state. A second end is ignored.
void EndOperation(Draft& draft, OperationRecord record, OperationState state,
                  std::optional<Error> failure = {});

// Likewise, and its instance is gone.
void EndGone(Draft& draft, OperationRecord record, OperationState state, std::optional<Error> failure = {});

// Likewise, where nobody waits for its worker's word on the attempt any more.
void EndUnheard(Draft& draft, OperationRecord record, OperationState state, Error failure);

// Ends what is open for an instance in favour of `by`, and cancels the worker's attempt.
void Supersede(Draft& draft, const std::string& instance, const std::string& by);

// Tells the worker, when there is an attempt. `stop_following`: nobody waits for its verdict.
void CancelAttemptOf(Draft& draft, const OperationRecord& record, const std::string& reason,
                     bool stop_following);

}  // namespace edm::master
