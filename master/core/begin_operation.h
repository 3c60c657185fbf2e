#pragma once

#include "master/core/draft.h"

namespace edm::master {

// Judges what was asked for, ends what it supersedes, and sets the new operation going. Nothing is changed
// when it is refused.
Result<Accepted> BeginOperation(Draft& draft, const Begin& begin);

// Goes on with an open operation from the stage that it has reached. May be called at any time: what is under
// way already is not begun twice, except after a restart (`again`), when each effect is asked for once more.
void Advance(Draft& draft, OperationRecord record, bool again = false);

// After a worker could not try an instance that never was anywhere, or that was to move there, or after it
// was lost: another one gets the order, when one takes it. False: nobody is left, `record` says who was
// asked.
bool TryElsewhere(Draft& draft, OperationRecord& record, const Error& failure);

// Orders the next leg of a move. False: no worker takes it.
bool BeginLeg(Draft& draft, OperationRecord& record, Leg leg);

// Whether this kind of operation needs a commit, a worker.
bool NeedsSource(OperationKind kind);
bool NeedsWorker(OperationKind kind, Until until);

}  // namespace edm::master
