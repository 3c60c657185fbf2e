#include "common/adapters/system/system_clock.h"

#include <condition_variable>
#include <mutex>

namespace edm {

WallTime SystemClock::Now() const { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

SteadyTime SystemClock::Steady() const {
  return std::chrono::floor<Millis>(std::chrono::steady_clock::now());
}

bool SystemClock::Wait(Millis time, std::stop_token stop) const {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace edm
