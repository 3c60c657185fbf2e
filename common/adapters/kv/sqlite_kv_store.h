#pragma once

#include <memory>
#include <string>

#include "common/ports/kv_store.h"

namespace edm {

// One SQLite file (WAL, synchronous=FULL) that this process owns alone, by a lock on "<file>.lock".
class SqliteKvStore final : public KvStore {
 public:
  static constexpr KvLimits kLimits{4'096, 8'000'000};  // what waits for one sync of the disk

  // Makes the file with mode 0600 if there is none. Errors: kFailedPrecondition (another process owns it, or
  // it is no such file), kResourceExhausted (disk full), kPermissionDenied, kDataLoss (damaged).
  static Result<std::unique_ptr<SqliteKvStore>> Open(const std::string& path);
  ~SqliteKvStore() override;

  KvLimits limits() const override { return kLimits; }
  Result<std::optional<KvEntry>> Get(const std::string& key) override;
  Result<KvSnapshot> List(const std::string& prefix) override;
  Status Transact(const std::vector<KvOp>& ops) override;
  Result<KvSnapshot> Watch(const std::string& prefix, KvRevision since, Millis wait) override;

 private:
  class Database;
  explicit SqliteKvStore(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace edm
