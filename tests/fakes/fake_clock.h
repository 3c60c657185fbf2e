#pragma once

#include <condition_variable>
#include <mutex>

#include "common/ports/clock.h"

namespace edm {

// Time that moves only when told. Any thread.
class FakeClock final : public Clock {
 public:
  WallTime Now() const override {
    const std::lock_guard lock(mutex_);
    return wall_;
  }
  SteadyTime Steady() const override {
    const std::lock_guard lock(mutex_);
    return steady_;
  }
  // Really waits, and moves no time: so that what is tried again can be stopped meanwhile.
  bool Wait(Millis time, std::stop_token stop) const override {
    std::unique_lock lock(mutex_);
    never_.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
  }
  void Advance(Millis by) {
    const std::lock_guard lock(mutex_);
    wall_ += by;
    steady_ += by;
  }
  // The wall clock alone, as when somebody sets it.
  void Step(Millis by) {
    const std::lock_guard lock(mutex_);
    wall_ += by;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable_any never_;
  WallTime wall_{Millis(1'795'000'000'000)};
  SteadyTime steady_{Millis(1'000'000)};
};

}  // namespace edm
