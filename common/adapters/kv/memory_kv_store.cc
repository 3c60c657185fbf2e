#include "common/adapters/kv/memory_kv_store.h"

#include <ranges>

#include "common/adapters/kv/transaction.h"

namespace edm {

Result<std::optional<KvEntry>> MemoryKvStore::Get(const std::string& key) {
  EDM_CHECK(CheckKey(key));
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::optional<KvEntry>();
  return std::optional(KvEntry{key, found->second.value, found->second.revision});
}

Result<KvSnapshot> MemoryKvStore::List(const std::string& prefix) {
  const std::lock_guard lock(mutex_);
  KvSnapshot snapshot{.revision = revision_};
  for (auto at = entries_.lower_bound(prefix); at != entries_.end() && at->first.starts_with(prefix); ++at) {
    snapshot.entries.push_back({at->first, at->second.value, at->second.revision});
  }
  return snapshot;
}

Status MemoryKvStore::Transact(const std::vector<KvOp>& ops) {
  EDM_CHECK(CheckTransaction(ops, limits()));
  const std::lock_guard lock(mutex_);
  Undo undo;
  ++revision_;
  for (const auto& op : ops) {
    auto applied = Apply(op, undo);
    if (applied.ok()) continue;
    --revision_;
    for (auto& [key, before] : std::views::reverse(undo)) {
      if (before) {
        entries_[key] = std::move(*before);
      } else {
        entries_.erase(key);
      }
    }
    return applied;
  }
  std::vector<std::string> keys;
  for (auto& change : undo) keys.push_back(std::move(change.first));
  changes_.Record(keys, revision_);
  return Ok();
}

Status MemoryKvStore::Apply(const KvOp& op, Undo& undo) {
  const auto found = entries_.find(op.key);
  const bool exists = found != entries_.end();
  EDM_CHECK(CheckExpected(op, exists ? found->second.revision : 0));
  if (op.kind == KvOp::Kind::kCheck || (op.kind == KvOp::Kind::kDelete && !exists)) return Ok();
  undo.emplace_back(op.key, exists ? std::optional(found->second) : std::nullopt);
  if (op.kind == KvOp::Kind::kDelete) {
    entries_.erase(found);
  } else {
    entries_[op.key] = {op.value, revision_};
  }
  return Ok();
}

Result<KvSnapshot> MemoryKvStore::Watch(const std::string& prefix, KvRevision since, Millis wait) {
  changes_.Await(prefix, since, wait);
  return List(prefix);
}

}  // namespace edm
