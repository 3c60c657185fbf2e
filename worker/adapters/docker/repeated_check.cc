#include "worker/adapters/docker/repeated_check.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>

namespace edm::worker {

RepeatedCheck::RepeatedCheck(std::string what, Attempt attempt) {
  seen_.what = std::move(what);
  seen_.outcome = "not tried yet";
  thread_ = std::jthread([this, attempt = std::move(attempt)](std::stop_token stop) { Run(attempt, stop); });
}

CheckSeen RepeatedCheck::last() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void RepeatedCheck::Run(const Attempt& attempt, std::stop_token stop) {
  std::condition_variable_any pause;
  while (!stop.stop_requested()) {
    const auto began = std::chrono::steady_clock::now();
    const Try last = attempt(stop);
    const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began);
    if (stop.stop_requested()) return;
    std::unique_lock lock(mutex_);
    seen_.passed = last.passed;
    seen_.outcome = last.outcome;
    seen_.output = last.output;
    ++seen_.tries;
    if (last.passed) return;
    pause.wait_for(lock, stop, std::max(std::min(took, kPauseOfSlow), kPause.After(seen_.tries)),
                   [] { return false; });
  }
}

}  // namespace edm::worker
