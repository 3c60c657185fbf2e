#pragma once

#include <atomic>
#include <limits>

#include "common/base/time.h"

namespace edm {

// Whether a thread that goes round a loop still does. With each turn it says by when it will speak again. One
// that waits for what is not in its hands (a store that is away) rests: nothing is expected of it then, for
// no restart would help. The loop's thread writes, any thread reads.
class Pulse {
 public:
  void Expect(SteadyTime by) { due_.store(by.time_since_epoch().count(), std::memory_order_relaxed); }
  void Rest() { due_.store(kNever, std::memory_order_relaxed); }
  bool IsLate(SteadyTime now) const {
    return now.time_since_epoch().count() > due_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr auto kNever = std::numeric_limits<Millis::rep>::max();
  std::atomic<Millis::rep> due_ = kNever;  // nothing is expected of a loop that has not begun
};

}  // namespace edm
