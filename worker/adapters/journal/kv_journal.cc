#include "worker/adapters/journal/kv_journal.h"

#include "worker/adapters/journal/stored.h"

namespace edm::worker {
namespace {

constexpr const char* kEpochKey = "epoch";
constexpr const char* kHoldings = "holdings/";
constexpr const char* kAttempts = "attempts/";

std::string AttemptPath(const std::string& instance, std::uint32_t attempt) {
  return kAttempts + instance + "/" + std::to_string(attempt);
}

// Opens and reads each record under `prefix`, and hands it on.
template <class Message, class Take>
Status ReadAll(KvStore& store, const SecretBox& box, const std::string& prefix, Take take) {
  EDM_TRY(const auto snapshot, store.List(prefix));
  for (const auto& entry : snapshot.entries) {
    auto plain = box.Unseal(entry.value);
    if (!plain.ok()) return About(std::move(plain).error(), "journal, " + entry.key);
    Message message;
    if (!message.ParseFromString(*plain)) {
      return Error{Code::kDataLoss, "journal, " + entry.key, "it is damaged", {}, "restore it from a backup"};
    }
    EDM_CHECK(take(message));
  }
  return Ok();
}

}  // namespace

Result<JournalContents> KvJournal::Load() {
  JournalContents contents;
  EDM_TRY(const auto epoch, store_.Get(kEpochKey));
  if (epoch) contents.epoch = static_cast<std::uint32_t>(std::strtoul(epoch->value.c_str(), nullptr, 10));
  EDM_CHECK(
      ReadAll<v1::StoredHolding>(store_, box_, kHoldings, [&](const v1::StoredHolding& stored) -> Status {
        contents.holdings.push_back(FromStored(stored));
        return Ok();
      }));
  EDM_CHECK(
      ReadAll<v1::StoredAttempt>(store_, box_, kAttempts, [&](const v1::StoredAttempt& stored) -> Status {
        EDM_TRY(auto record, FromStored(stored));
        contents.attempts.push_back(std::move(record));
        return Ok();
      }));
  return contents;
}

Status KvJournal::PutEpoch(std::uint32_t epoch) {
  return store_.Transact({{.key = kEpochKey, .value = std::to_string(epoch)}});
}

Status KvJournal::Put(const AttemptRecord& attempt, const Holding& holding) {
  return store_.Transact(
      {{.key = AttemptPath(attempt.order.instance, attempt.order.attempt),
        .value = box_.Seal(ToStored(attempt).SerializeAsString())},
       {.key = kHoldings + holding.instance, .value = box_.Seal(ToStored(holding).SerializeAsString())}});
}

Status KvJournal::PutHolding(const Holding& holding) {
  return store_.Transact(
      {{.key = kHoldings + holding.instance, .value = box_.Seal(ToStored(holding).SerializeAsString())}});
}

Status KvJournal::DropHolding(const std::string& instance) {
  return store_.Transact({{.kind = KvOp::Kind::kDelete, .key = kHoldings + instance}});
}

Status KvJournal::DropAttempt(const std::string& instance, std::uint32_t attempt) {
  return store_.Transact({{.kind = KvOp::Kind::kDelete, .key = AttemptPath(instance, attempt)}});
}

}  // namespace edm::worker
