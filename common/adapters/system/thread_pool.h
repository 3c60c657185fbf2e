#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/ports/executor.h"

namespace edm {

// Threads for blocking work, fed by a bounded queue. One is started when a task comes and none is free, up to
// the limit, and stays. The destructor refuses new tasks, runs those that wait, and joins.
class ThreadPool final : public Executor {
 public:
  struct Options {
    std::string name;         // shown by ps -L; 15 characters at most
    std::size_t threads = 4;  // at most
    std::size_t queued_tasks_max = 1024;
  };

  explicit ThreadPool(Options options);
  ~ThreadPool() override;

  [[nodiscard]] bool Post(std::function<void()> task) override;
  std::size_t queued() const;
  std::size_t threads() const;  // started so far

 private:
  void Work();
  bool AddThread();  // locked; false when the system gives none

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;  // guarded by mutex_
  std::size_t idle_ = 0;                     // threads that wait for a task; guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::vector<std::thread> threads_;         // guarded by mutex_ until stopping_
};

}  // namespace edm
