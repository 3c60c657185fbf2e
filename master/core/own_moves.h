#pragma once

#include "master/core/draft.h"

namespace edm::master {

// Moves that nobody asked for one by one: away from lost workers at once, and a few at a time away from those
// that are drained. Limited in rate and number; what does not come to rest waits longer each time.
void BeginOwnMoves(Draft& draft);

// What rests may move again soon: there is a worker more than before.
void RestIsOver(Draft& draft);

// A move has ended: how long the instance rests before the master moves it again.
void NoteMoveEnd(Draft& draft, const OperationRecord& record, OperationState state);

}  // namespace edm::master
