#pragma once

#include "common/base/result.h"
#include "master/core/draft.h"

namespace edm::master {

// An operation that made its instance and never got a source for it changes nothing in the end: the instance
// and its repo go again. It stays open until then, and nothing else is begun for the instance meanwhile.

// Ends an operation whose source did not come.
void FailWithoutSource(Draft& draft, OperationRecord record, Error error);

// Ends an operation as `state` while its source may still be on its way. An instance that goes waits for what
// brings the source, which is told to stop: two must not work on one repo.
void AbandonSource(Draft& draft, OperationRecord record, OperationState state, Error error);

// Whether the operation takes its instance away again.
bool UndoesCreation(const OperationRecord& record);

// Goes on with that: nothing brings the source any more.
void RemoveMade(Draft& draft, OperationRecord record);

}  // namespace edm::master
