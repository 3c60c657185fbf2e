#include "worker/adapters/disk/cache_watch.h"

namespace edm::worker {

void CacheWatch::Look() {
  const std::lock_guard lock(mutex_);
  is_due_ = true;
  asked_.notify_one();
}

void CacheWatch::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (asked_.wait(lock, stop, [this] { return is_due_; })) {
    is_due_ = false;
    lock.unlock();
    // An engine that does not tell is asked again by who needs to know.
    static_cast<void>(ledger_.Records());
    lock.lock();
  }
}

}  // namespace edm::worker
