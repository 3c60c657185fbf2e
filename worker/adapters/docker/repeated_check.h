#pragma once

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/backoff.h"
#include "worker/core/readiness/seen.h"

namespace edm::worker {

// Tries a check on a thread of its own until it passes, so that a slow check holds up nobody. Destroying it
// stops the try under way.
class RepeatedCheck {
 public:
  struct Try {
    bool passed = false;
    std::string outcome;
    std::string output;
  };
  using Attempt = std::function<Try(std::stop_token)>;

  // Between two tries.
  static constexpr Backoff kPause{Millis(100), Millis(1'000)};
  // As long as the last one took, up to this: a machine that is late is not to be kept busy.
  static constexpr Millis kPauseOfSlow{5'000};

  RepeatedCheck(std::string what, Attempt attempt);
  CheckSeen last() const;

 private:
  void Run(const Attempt& attempt, std::stop_token stop);

  mutable std::mutex mutex_;
  CheckSeen seen_;
  std::jthread thread_;
};

}  // namespace edm::worker
