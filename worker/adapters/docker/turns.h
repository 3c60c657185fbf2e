#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "common/base/time.h"

namespace edm::worker {

// So many at once have the engine create or start something, and the others wait: a hundred instances that
// are deployed at once would leave the containers that run already no time for their health checks. Any
// thread.
class Turns {
 public:
  // Longer than that counts as no turn: it waits for a registry, and not for this machine.
  static constexpr Millis kTurnMost{30'000};

  // Two for each core, and four at least.
  static std::size_t OfMachine();

  explicit Turns(std::size_t at_once = OfMachine(), Millis turn_most = kTurnMost)
      : at_once_(at_once), turn_most_(turn_most) {}

 private:
  using Clock = std::chrono::steady_clock;
  using Held = std::list<Clock::time_point>;

 public:
  // Ends when it is destroyed, before the Turns.
  class Turn {
   public:
    Turn(Turns& turns, Held::iterator at) : turns_(&turns), at_(at) {}
    Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), at_(other.at_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->End(at_);
    }

   private:
    Turns* turns_;
    Held::iterator at_;
  };

  // Waits for one; none: stopped.
  std::optional<Turn> Take(std::stop_token stop);
  // One more than there are, if need be.
  std::optional<Turn> TakeAtOnce();

 private:
  Turn Begin();
  void End(Held::iterator at);
  Held::iterator Counted();  // the oldest turn that counts
  bool IsFree(Held::iterator counted);

  const std::size_t at_once_;
  const Millis turn_most_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  Held held_;  // guarded by mutex_; when each began, the oldest first
};

}  // namespace edm::worker
