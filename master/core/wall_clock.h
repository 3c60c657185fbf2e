#pragma once

#include "master/core/draft.h"

namespace edm::master {

// So long a master that has begun doubts what its clock alone says.
inline constexpr Millis kWallDoubtMax = std::chrono::hours(1);

// Compares the wall clock with the monotonic one since it last did. A step is told as an event, and for
// kWallDistrust afterwards nothing is removed because of its age: a clock that somebody sets by mistake must
// not cost tokens, request ids or history.
void WatchWallClock(Draft& draft);

bool TrustsWallClock(const Draft& draft);

// Whether the clock may say that something which is kept for `kept` has been kept long enough. A master that
// begins sees no step: its clock, or that of the one before, may have been wrong all the time. So it must
// have led for as long itself, though no longer than kWallDoubtMax: else nothing would go where masters
// change every day.
bool CanTellAge(const Draft& draft, Millis kept);

}  // namespace edm::master
