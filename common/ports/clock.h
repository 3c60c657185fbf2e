#pragma once

#include <stop_token>

#include "common/base/time.h"

namespace edm {

// Time. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime Now() const = 0;
  virtual SteadyTime Steady() const = 0;
  // Blocks for that long; false, and at once, when `stop` was requested.
  virtual bool Wait(Millis time, std::stop_token stop) const = 0;
};

}  // namespace edm
