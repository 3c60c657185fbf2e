#pragma once

#include <map>
#include <mutex>

#include "common/adapters/kv/change_log.h"
#include "common/ports/kv_store.h"

namespace edm {

// In this process only: for tests, and for trying things out. Keeps the same limits as the others.
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
  using Entries = std::map<std::string, Held>;
  using Undo = std::vector<std::pair<std::string, std::optional<Held>>>;
  Status Apply(const KvOp& op, Undo& undo);

  std::mutex mutex_;
  Entries entries_;          // guarded by mutex_
  KvRevision revision_ = 1;  // guarded by mutex_
  ChangeLog changes_{1};
};

}  // namespace edm
