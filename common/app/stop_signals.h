#pragma once

#include <csignal>
#include <functional>

#include "common/base/time.h"

namespace edm {

// SIGINT and SIGTERM, blocked in this thread and all that it starts from now on. Make it before any thread.
class StopSignals {
 public:
  StopSignals();

  // Blocks until one of them comes, and returns it; calls `alive` in this interval meanwhile.
  int Wait(Millis every, const std::function<void()>& alive) const;

 private:
  sigset_t set_;
};

}  // namespace edm
