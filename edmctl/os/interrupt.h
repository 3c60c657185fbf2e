#pragma once

#include <stop_token>
#include <thread>

namespace edm::ctl {

// While one lives, Ctrl-C and SIGTERM request a stop instead of ending the program; a second Ctrl-C ends it.
// One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  bool requested() const { return stop_.stop_requested(); }

 private:
  std::stop_source stop_;
  int pipe_[2] = {-1, -1};
  std::thread waiter_;
};

}  // namespace edm::ctl
