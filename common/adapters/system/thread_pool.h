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

// A fixed number of threads for blocking work, fed by a bounded queue. The destructor refuses new tasks,
// runs those that wait, and joins.
class ThreadPool final : public Executor {
 public:
  struct Options {
    std::string name;  // shown by ps -L; 15 characters at most
    std::size_t threads = 4;
    std::size_t queued_tasks_max = 1024;
  };

  explicit ThreadPool(Options options);
  ~ThreadPool() override;

  [[nodiscard]] bool Post(std::function<void()> task) override;
  std::size_t queued() const;

 private:
  void Work();

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace edm
