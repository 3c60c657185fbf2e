#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/ports/executor.h"
#include "master/ports/cluster.h"
#include "master/ports/event_log.h"

namespace edm::master {

// Calls back once when an operation has ended, or its time is over: whichever is first. It goes by the view,
// so it outlasts a change of the leader and serves on a master that follows; the log only makes it quicker.
// One thread of its own watches; callbacks come on the pool.
class OperationWait {
 public:
  static constexpr Millis kDefault{60'000};
  static constexpr Millis kMost{600'000};
  static constexpr Millis kLookEvery{250};  // at the view, where the log of who leads is on another master

  OperationWait(Cluster& cluster, EventLog& log, Executor& pool);
  ~OperationWait();

  void Begin(const std::string& operation, Millis timeout, std::function<void()> answer);

 private:
  struct Waiter;
  void Run();
  void AnswerWhatIsOver();
  void LookSoon();

  Cluster& cluster_;
  EventLog& log_;
  Executor& pool_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::shared_ptr<Waiter>> waiters_;  // guarded by mutex_
  bool look_soon_ = false;                        // guarded by mutex_
  bool stopping_ = false;                         // guarded by mutex_
  std::thread thread_;
};

}  // namespace edm::master
