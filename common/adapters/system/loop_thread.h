#pragma once

#include "common/adapters/system/thread_pool.h"

namespace edm {

// One thread that runs its tasks one by one in the order posted. The destructor refuses new tasks, runs
// those that wait, and joins; it must not run on the loop itself.
class LoopThread final : public Executor {
 public:
  static constexpr std::size_t kQueuedTasksMax = 65'536;

  explicit LoopThread(std::string name) : pool_({std::move(name), 1, kQueuedTasksMax}) {}

  [[nodiscard]] bool Post(std::function<void()> task) override { return pool_.Post(std::move(task)); }
  std::size_t queued() const { return pool_.queued(); }

 private:
  ThreadPool pool_;
};

}  // namespace edm
