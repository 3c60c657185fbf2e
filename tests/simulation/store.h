#pragma once

#include <functional>

#include "common/adapters/kv/memory_kv_store.h"
#include "tests/simulation/store_path.h"

namespace edm::simulation {

// A master's way to what is stored.
class StoreClient final : public KvStore {
 public:
  // Called at the servers with what was just written, and the answer to it.
  using OnWrite = std::function<void(const std::vector<KvOp>&, const Status&)>;

  StoreClient(StorePath& path, OnWrite on_write) : path_(path), on_write_(std::move(on_write)) {}

  Result<std::optional<KvEntry>> Get(const std::string& key) override;
  Result<KvSnapshot> List(const std::string& prefix) override;
  Status Transact(const std::vector<KvOp>& ops) override;
  Result<KvSnapshot> Watch(const std::string&, KvRevision, Millis) override {
    return Error{Code::kUnimplemented, "store", "not simulated"};
  }

 private:
  StorePath& path_;
  const OnWrite on_write_;
};

}  // namespace edm::simulation
