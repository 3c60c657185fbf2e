#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "common/ports/clock.h"
#include "common/ports/leader_lock.h"
#include "master/core/election.h"

namespace edm::master {

// Campaigns for the lock, holds it, and gives it up, as core/election.h decides: turn by turn, on a thread of
// its own. Callbacks come on that thread and must only post: while they run nothing is renewed.
class Election {
 public:
  static constexpr Millis kLookWait{250};   // how long one look waits for a change
  static constexpr Millis kRetryWait{150};  // after a call that failed
  static constexpr Millis kRest{3'000};     // of one that resigned

  struct Parts {
    LeaderLock& lock;
    const Clock& clock;
    std::string record;  // of this candidate
    // Of the lock. A leader renews three times in it; one that was not confirmed, or a holder that showed no
    // life, for twice as long has lost it.
    Millis ttl{1'000};
    std::function<void()> on_won;
    std::function<void(Error why)> on_lost;
    std::function<void(const std::optional<LockHolder>&)> on_holder;  // while following, at each change
  };

  explicit Election(Parts parts) : parts_(std::move(parts)) {}
  ~Election();  // Stop()

  void Start();
  // One turn; says after how long the next one is due, unless Lose comes before. Start's thread takes them;
  // whoever has no thread calls this instead of Start.
  Millis Turn();
  // Lets go of the lock.
  void Stop();

  // From any thread. It is over: on_lost follows with `why`, unless it was over already.
  void Lose(Error why);
  // As Lose, and others are to go first.
  void Resign(Error why);

  // Whether the lock was confirmed so lately that nobody else can have it. Any thread.
  bool is_sure() const;

  // Why nobody has known for twice the ttl who leads; none: somebody does, or did a moment ago.
  std::optional<Error> trouble() const;

 private:
  void Run();
  Millis Do(ElectionMove move);
  Millis Look();
  Millis Take();
  Millis Oust();
  Millis Renew();
  void StepDown();
  void Pause(Millis time);
  void Went(SteadyTime began);  // a call on the lock went well
  void Confirmed(SteadyTime began);
  void SetTrouble(Error trouble);
  SteadyTime Now() const { return parts_.clock.Steady(); }

  const Parts parts_;
  ElectionFacts facts_;  // its thread only, but for `lost` and `rests_until`, which follow asked_
  std::optional<LockHolder> holder_;  // its thread only

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;                 // guarded by mutex_
  std::optional<Error> asked_;            // guarded by mutex_: to step down, and why
  bool resigns_ = false;                  // guarded by mutex_
  std::optional<Error> trouble_;          // guarded by mutex_
  std::optional<SteadyTime> sure_since_;  // guarded by mutex_; leading: facts_.confirmed
  SteadyTime went_;                       // guarded by mutex_; when the last call that went well was begun
  std::thread thread_;
};

}  // namespace edm::master
