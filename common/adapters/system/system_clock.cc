#include "common/adapters/system/system_clock.h"

namespace edm {

WallTime SystemClock::Now() const { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

SteadyTime SystemClock::Steady() const {
  return std::chrono::floor<Millis>(std::chrono::steady_clock::now());
}

}  // namespace edm
