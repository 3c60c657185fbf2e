#pragma once

#include "common/ports/clock.h"

namespace edm {

// The machine's clocks.
class SystemClock final : public Clock {
 public:
  WallTime Now() const override;
  SteadyTime Steady() const override;
  bool Wait(Millis time, std::stop_token stop) const override;
};

}  // namespace edm
