#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

#include "common/ports/executor.h"
#include "tests/simulation/agenda.h"

namespace edm::simulation {

// A pool of so many threads, each a fiber while it has something to do.
class FiberPool final : public Executor {
 public:
  FiberPool(Agenda& agenda, LifePointer life, std::size_t threads)
      : agenda_(agenda), life_(std::move(life)), threads_(threads) {}

  [[nodiscard]] bool Post(std::function<void()> task) override {
    waiting_.push_back(std::move(task));
    if (busy_ < threads_) {
      ++busy_;
      agenda_.Spawn(life_, [this] { Work(); });
    }
    return true;
  }
  bool is_idle() const { return busy_ == 0; }

 private:
  void Work() {
    while (!waiting_.empty()) {
      const auto task = std::move(waiting_.front());
      waiting_.pop_front();
      task();
    }
    --busy_;
  }

  Agenda& agenda_;
  const LifePointer life_;
  const std::size_t threads_;
  std::size_t busy_ = 0;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace edm::simulation
