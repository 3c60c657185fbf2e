#pragma once

#include <csignal>
#include <functional>

namespace edm {

// SIGINT and SIGTERM, blocked in this thread and all that it starts from now on. Make it before any thread.
class StopSignals {
 public:
  StopSignals();

  // Blocks until one of them comes, and returns it; calls `alive` every five seconds meanwhile.
  int Wait(const std::function<void()>& alive) const;

 private:
  sigset_t set_;
};

}  // namespace edm
