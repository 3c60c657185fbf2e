#pragma once

#include <memory>
#include <string>

#include "common/ports/kv_store.h"

namespace edm {

struct ConsulKvOptions {
  std::string url = "http://127.0.0.1:8500";
  std::string token;   // sent as X-Consul-Token
  std::string ca;      // PEM, for https
  std::string prefix;  // laid before every key, so that clusters can share a Consul: "" or "name/"
  Millis call_timeout{5'000};
  std::uint32_t read_tries_max = 3;  // reads only: a write's outcome may be unknown
};

// Consul's K/V (1.8 and later) over its HTTP API. Reads are consistent.
class ConsulKvStore final : public KvStore {
 public:
  explicit ConsulKvStore(ConsulKvOptions options);
  ~ConsulKvStore() override;

  Result<std::optional<KvEntry>> Get(const std::string& key) override;
  Result<KvSnapshot> List(const std::string& prefix) override;
  Status Transact(const std::vector<KvOp>& ops) override;
  Result<KvSnapshot> Watch(const std::string& prefix, KvRevision since, Millis wait) override;

 private:
  class Api;
  std::unique_ptr<Api> api_;
};

}  // namespace edm
