#pragma once

#include <condition_variable>
#include <map>
#include <mutex>

#include "common/ports/kv_store.h"

namespace edm {

// In this process only: for tests, and for `dev` without a disk. Keeps the same limits as the others.
class MemoryKvStore final : public KvStore {
 public:
  Result<std::optional<KvEntry>> Get(const std::string& key) override;
  Result<KvSnapshot> List(const std::string& prefix) override;
  Status Transact(const std::vector<KvOp>& ops) override;
  Result<KvSnapshot> Watch(const std::string& prefix, KvRevision since, Millis wait) override;

 private:
  struct Held {
    std::string value;
    KvRevision revision = 0;
  };
  bool ChangedSince(const std::string& prefix, KvRevision since) const;
  KvSnapshot Snapshot(const std::string& prefix) const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Held> entries_;          // guarded by mutex_
  std::map<std::string, KvRevision> tombstones_;  // guarded by mutex_; when a key was last deleted
  KvRevision revision_ = 1;                      // guarded by mutex_
};

}  // namespace edm
