#pragma once

#include <functional>

namespace edm {

// Runs tasks: a bounded pool of threads, one loop thread, or by hand in tests.
class Executor {
 public:
  virtual ~Executor() = default;

  // False when the executor is stopping or its queue is full: the task will never run.
  // A loop runs its tasks one by one in the order posted; a pool promises no order.
  [[nodiscard]] virtual bool Post(std::function<void()> task) = 0;
};

}  // namespace edm
