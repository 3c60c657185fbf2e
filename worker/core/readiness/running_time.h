#pragma once

#include <algorithm>

#include "common/base/time.h"

namespace edm::worker {

// How long a container has been running, seen again and again. The engine gives its start by the wall clock;
// should that be set back meanwhile, the time since it was first seen counts.
class RunningTime {
 public:
  Millis Of(WallTime started_at, WallTime now, SteadyTime steady) {
    if (started_at != started_at_) {
      started_at_ = started_at;
      first_seen_ = steady;
    }
    return std::max({Millis(0), now - started_at, steady - first_seen_});
  }

 private:
  WallTime started_at_ = WallTime::min();
  SteadyTime first_seen_{};
};

}  // namespace edm::worker
