#include "common/app/stop_signals.h"

#include <pthread.h>

#include <ctime>

namespace edm {
StopSignals::StopSignals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int StopSignals::Wait(Millis every, const std::function<void()>& alive) const {
  const timespec interval{.tv_sec = every.count() / 1'000, .tv_nsec = every.count() % 1'000 * 1'000'000};
  for (;;) {
    if (const int signal = sigtimedwait(&set_, nullptr, &interval); signal > 0) return signal;
    alive();
  }
}

}  // namespace edm
