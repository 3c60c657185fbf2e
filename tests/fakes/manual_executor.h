#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "common/ports/executor.h"

namespace edm {

// Runs tasks only when the test says so, on the test's thread, in the order posted.
class ManualExecutor final : public Executor {
 public:
  [[nodiscard]] bool Post(std::function<void()> task) override {
    const std::lock_guard lock(mutex_);
    if (refusing_) return false;
    tasks_.push_back(std::move(task));
    return true;
  }

  bool RunOne() {
    std::function<void()> task;
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.empty()) return false;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
    return true;
  }

  // Also what the tasks post. Returns how many ran.
  std::size_t RunAll() {
    std::size_t ran = 0;
    while (RunOne()) ++ran;
    return ran;
  }

  // As a full queue, or one that stops.
  void Refuse(bool refusing) {
    const std::lock_guard lock(mutex_);
    refusing_ = refusing;
  }

  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return tasks_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  bool refusing_ = false;
};

}  // namespace edm
