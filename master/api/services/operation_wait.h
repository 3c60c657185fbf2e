#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "common/ports/executor.h"
#include "master/ports/cluster.h"
#include "master/ports/event_log.h"

namespace edm::master {

// Calls back once when an operation has ended, or its time is over: whichever is first. One thread of its own
// watches the clock; callbacks come on the pool.
class OperationWait {
 public:
  static constexpr Millis kDefault{60'000};
  static constexpr Millis kMost{600'000};

  OperationWait(Cluster& cluster, EventLog& log, Executor& pool);
  ~OperationWait();

  void Begin(const std::string& operation, Millis timeout, std::function<void()> answer);

 private:
  struct Waiter;
  void Run();
  void Fire(const std::shared_ptr<Waiter>& waiter);

  Cluster& cluster_;
  EventLog& log_;
  Executor& pool_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<std::chrono::steady_clock::time_point, std::shared_ptr<Waiter>> timers_;  // guarded by mutex_
  bool stopping_ = false;                                                                 // guarded by mutex_
  std::thread thread_;
};

}  // namespace edm::master
