#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/ports/kv_store.h"

namespace edm {

// When which key last changed, for the watchers of a store inside this process. Any thread.
class ChangeLog {
 public:
  // Older changes are forgotten beyond so many keys; a watcher that far behind is woken for nothing, once.
  static constexpr std::size_t kKeysMax = 4096;

  // What happened up to `floor` is not known: it counts as changed.
  explicit ChangeLog(KvRevision floor) : floor_(floor) {}

  void Record(const std::vector<std::string>& keys, KvRevision revision);

  // Returns when something under `prefix` is newer than `since`, or after `wait`.
  void Await(const std::string& prefix, KvRevision since, Millis wait);

 private:
  bool NewerThan(const std::string& prefix, KvRevision since) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, KvRevision> last_;  // guarded by mutex_
  KvRevision floor_;                        // guarded by mutex_
};

}  // namespace edm
