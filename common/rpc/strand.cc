#include "common/rpc/strand.h"

#include <utility>

namespace edm::rpc {

void Strand::Post(std::function<void()> callback) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(std::move(callback));
  if (running_) return;
  running_ = true;
  while (!waiting_.empty()) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next();
    next = nullptr;
    lock.lock();
  }
  running_ = false;
}

}  // namespace edm::rpc
