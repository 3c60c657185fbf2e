#pragma once

#include "common/base/time.h"

namespace edm {

// Time. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime Now() const = 0;
  virtual SteadyTime Steady() const = 0;
};

}  // namespace edm
