#pragma once

#include <string>
#include <vector>

#include "common/base/pulse.h"
#include "common/base/time.h"

namespace edm {

// Tells the service manager that the program works, as long as each of its loops goes round. When one does
// not, it falls silent, and the service manager ends and restarts the program (WatchdogSec= of its unit). The
// main thread's.
class Watchdog {
 public:
  static constexpr Millis kTickMax{5'000};

  // A loop that is watched; its pulse outlives the watchdog.
  struct Loop {
    std::string name;
    const Pulse* pulse;
  };
  explicit Watchdog(std::vector<Loop> loops);

  // How often Tick is to be called: four times in what the service manager waits, and every kTickMax at
  // least.
  Millis every() const { return every_; }
  void Tick();

 private:
  const std::vector<Loop> loops_;
  const Millis every_;
  std::string late_;  // the loop that was late at the last tick
};

}  // namespace edm
