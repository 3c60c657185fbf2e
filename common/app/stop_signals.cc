#include "common/app/stop_signals.h"

#include <pthread.h>

#include <ctime>

namespace edm {
namespace {

constexpr timespec kAliveEvery{.tv_sec = 5, .tv_nsec = 0};

}  // namespace

StopSignals::StopSignals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
}

int StopSignals::Wait(const std::function<void()>& alive) const {
  for (;;) {
    if (const int signal = sigtimedwait(&set_, nullptr, &kAliveEvery); signal > 0) return signal;
    alive();
  }
}

}  // namespace edm
