#pragma once

#include <functional>
#include <string_view>

#include "common/ports/kv_store.h"

namespace edm {

// Reports each call's kind, outcome and duration. Watches are reported without their wait (duration 0).
class MeteredKvStore final : public KvStore {
 public:
  using Report = std::function<void(std::string_view call, Code outcome, std::chrono::microseconds took)>;

  // `inner` must outlive it; `report` is called on the calling thread.
  MeteredKvStore(KvStore& inner, Report report) : inner_(inner), report_(std::move(report)) {}

  KvLimits limits() const override { return inner_.limits(); }
  Result<std::optional<KvEntry>> Get(const std::string& key) override;
  Result<KvSnapshot> List(const std::string& prefix) override;
  Status Transact(const std::vector<KvOp>& ops) override;
  Result<KvSnapshot> Watch(const std::string& prefix, KvRevision since, Millis wait) override;

 private:
  KvStore& inner_;
  const Report report_;
};

}  // namespace edm
