#pragma once

#include <atomic>
#include <memory>
#include <stop_token>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm::rpc {

// An event that wakes a thread out of poll. Any thread.
class WakeEvent {
 public:
  WakeEvent();
  ~WakeEvent();
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;
  void Set();
  int fd() const { return fd_; }

 private:
  const int fd_;
};

// How long one call may wait for its socket: until its deadline, without a standstill, and not once stopped.
class Patience {
 public:
  Patience(Millis deadline, Millis stall, WakeEvent* stop);

  // Waits for `events` (poll.h) on `fd` and returns those that are there. Errors: kDeadlineExceeded,
  // kCancelled.
  Result<short> Await(int fd, short events) const;

  // A further bound on everything from now on, such as the time to connect.
  Patience Within(Millis limit) const;
  SteadyTime until() const { return until_; }

 private:
  SteadyTime until_;
  Millis limit_;  // for the message
  Millis stall_;
  WakeEvent* stop_;
};

}  // namespace edm::rpc
