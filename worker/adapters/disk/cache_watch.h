#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "worker/adapters/disk/cache_ledger.h"

namespace edm::worker {

// Has the ledger look at the engine's build cache beside what builds do: a look takes as long as the engine
// needs to list all records (100 ms at some thousands). Any thread.
class CacheWatch {
 public:
  // `ledger` outlives it.
  explicit CacheWatch(CacheLedger& ledger) : ledger_(ledger) {}

  // Soon, by a thread of this. What is asked for while a look waits for its turn is the same look.
  void Look();

 private:
  void Run(const std::stop_token& stop);

  CacheLedger& ledger_;
  std::mutex mutex_;
  std::condition_variable_any asked_;
  bool is_due_ = false;  // guarded by mutex_
  std::jthread thread_{[this](const std::stop_token& stop) { Run(stop); }};
};

}  // namespace edm::worker
