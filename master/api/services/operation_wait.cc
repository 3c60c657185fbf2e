#include "master/api/services/operation_wait.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/model/operation.h"

namespace edm::master {

struct OperationWait::Waiter {
  std::string operation;
  std::chrono::steady_clock::time_point end;
  std::function<void()> answer;
  Wake wake;  // the log holds it weakly
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

void OperationWait::LookSoon() {
  {
    const std::lock_guard lock(mutex_);
    look_soon_ = true;
  }
  wake_.notify_all();
}

void OperationWait::Begin(const std::string& operation, Millis timeout, std::function<void()> answer) {
  auto waiter = std::make_shared<Waiter>();
  waiter->operation = operation;
  waiter->end = std::chrono::steady_clock::now() + timeout;
  waiter->answer = std::move(answer);
  waiter->wake = std::make_shared<std::function<void()>>([this] { LookSoon(); });
  const auto wake = waiter->wake;
  {
    const std::lock_guard lock(mutex_);
    waiters_.push_back(std::move(waiter));
  }
  wake_.notify_all();
  log_.WhenClosed(operation, wake);
}

void OperationWait::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiters_.empty()) {
      wake_.wait(lock, [this] { return stopping_ || !waiters_.empty(); });
      continue;
    }
    auto until = std::chrono::steady_clock::now() + kLookEvery;
    for (const auto& waiter : waiters_) until = std::min(until, waiter->end);
    wake_.wait_until(lock, until, [this] { return stopping_ || look_soon_; });
    look_soon_ = false;
    if (stopping_) return;
    lock.unlock();
    AnswerWhatIsOver();
    lock.lock();
  }
}

void OperationWait::AnswerWhatIsOver() {
  const auto view = cluster_.View();
  const auto now = std::chrono::steady_clock::now();
  const auto goes_on = [&](const std::shared_ptr<Waiter>& waiter) {
    const auto found = view->operations.Find(waiter->operation);
    return now < waiter->end && found && !IsTerminal(found->operation.state);
  };
  std::vector<std::shared_ptr<Waiter>> over;
  {
    const std::lock_guard lock(mutex_);
    const auto from = std::stable_partition(waiters_.begin(), waiters_.end(), goes_on);
    std::move(from, waiters_.end(), std::back_inserter(over));
    waiters_.erase(from, waiters_.end());
  }
  // A full pool ends a call without an answer, which its transport reports.
  for (const auto& waiter : over) (void)pool_.Post([answer = std::move(waiter->answer)] { answer(); });
}

}  // namespace edm::master
