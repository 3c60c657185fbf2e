#pragma once

#include "master/core/draft.h"

namespace edm::master {

// Compares the wall clock with the monotonic one since it last did. A step is told as an event, and for
// kWallDistrust afterwards nothing is removed because of its age: a clock that somebody sets by mistake must
// not cost tokens, request ids or history.
void WatchWallClock(Draft& draft);

bool TrustsWallClock(const Draft& draft);

}  // namespace edm::master
