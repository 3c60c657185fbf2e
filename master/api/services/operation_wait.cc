#include "master/api/services/operation_wait.h"

#include <atomic>
#include <utility>
#include <vector>

namespace edm::master {

struct OperationWait::Waiter {
  std::function<void()> answer;
  std::atomic<bool> fired{false};
  Wake wake;
};

OperationWait::OperationWait(Cluster& cluster, EventLog& log, Executor& pool)
    : cluster_(cluster), log_(log), pool_(pool), thread_([this] { Run(); }) {}

OperationWait::~OperationWait() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void OperationWait::Fire(const std::shared_ptr<Waiter>& waiter) {
  if (waiter->fired.exchange(true)) return;
  // A full pool ends the call without an answer, which its transport reports.
  (void)pool_.Post([answer = std::move(waiter->answer)] { answer(); });
}

void OperationWait::Begin(const std::string& operation, Millis timeout, std::function<void()> answer) {
  auto waiter = std::make_shared<Waiter>();
  waiter->answer = std::move(answer);
  waiter->wake = std::make_shared<std::function<void()>>([this, weak = std::weak_ptr(waiter)] {
    if (const auto held = weak.lock()) Fire(held);
  });
  {
    const std::lock_guard lock(mutex_);
    timers_.emplace(std::chrono::steady_clock::now() + timeout, waiter);
  }
  wake_.notify_all();
  log_.WhenClosed(operation, waiter->wake);
}

void OperationWait::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (timers_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const auto next = timers_.begin()->first;
    if (std::chrono::steady_clock::now() < next && !timers_.begin()->second->fired) {
      wake_.wait_until(lock, next);
      continue;
    }
    const auto waiter = timers_.begin()->second;
    timers_.erase(timers_.begin());
    lock.unlock();
    Fire(waiter);
    lock.lock();
  }
}

}  // namespace edm::master
