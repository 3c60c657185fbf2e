#pragma once

#include "common/adapters/seal/secret_box.h"
#include "common/ports/kv_store.h"
#include "worker/core/journal.h"

namespace edm::worker {

// The journal in a K/V store that this worker owns alone: "epoch", "holdings/<id>", "attempts/<id>/<number>".
// Each record is sealed.
class KvJournal final : public Journal {
 public:
  // `store` outlives it.
  KvJournal(KvStore& store, SecretBox box) : store_(store), box_(std::move(box)) {}

  Result<JournalContents> Load() override;
  Status PutEpoch(std::uint32_t epoch) override;
  Status Put(const AttemptRecord& attempt, const Holding& holding) override;
  Status PutHolding(const Holding& holding) override;
  Status DropHolding(const std::string& instance) override;
  Status DropAttempt(const std::string& instance, std::uint32_t attempt) override;

 private:
  KvStore& store_;
  const SecretBox box_;
};

}  // namespace edm::worker
