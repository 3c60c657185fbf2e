#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "common/base/unique_fd.h"
#include "common/ports/process_runner.h"

namespace edm {

// A child that leads a process group of its own, and our ends of its pipes. Kill and Cancel: any thread.
class Child {
 public:
  // The pid stays reserved for the child until it is reaped, so a kill can hit nobody else.
  Child(pid_t pid, UniqueFd pidfd, UniqueFd in, UniqueFd out, UniqueFd err);
  ~Child();  // kills and reaps
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void KillGroup();
  void Cancel();  // KillGroup, and remembered for the ProcessEnd

  struct Pumping {
    std::string input;         // written to standard input, which is then closed
    bool feeds_input = false;  // else standard input is left to the caller
    Millis deadline{0};
    std::function<void(std::string_view)> on_out;  // none: standard output is left to the caller
    std::function<void(std::string_view)> on_err;
  };
  // Moves bytes until the program has ended and its pipes are dry; reaps it. Once, on one thread.
  ProcessEnd Pump(Pumping pumping);

  UniqueFd& in() { return in_; }
  const UniqueFd& out() const { return out_; }

 private:
  bool FeedInput(Pumping& pumping, std::size_t& fed);
  void Drain(const Pumping& pumping);
  ProcessEnd Reap();

  const pid_t pid_;
  const UniqueFd pidfd_;
  UniqueFd in_;
  UniqueFd out_;
  UniqueFd err_;
  std::mutex mutex_;
  bool reaped_ = false;  // guarded by mutex_
  std::atomic<bool> cancelled_{false};
};

// Ignores SIGPIPE in this process, unless it handles it: a write to a program that ended must be an error.
void IgnoreBrokenPipes();

}  // namespace edm
