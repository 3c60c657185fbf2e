#include "master/adapters/state/mirror.h"

#include <algorithm>
#include <charconv>

#include "common/model/names.h"
#include "master/adapters/state/codec.h"
#include "master/adapters/state/keys.h"

namespace edm::master {
namespace {

std::string IdOf(const OperationRecord& record) { return record.operation.id; }
std::string IdOf(const WorkerRecord& record) { return record.facts.id; }
std::string IdOf(const TokenRecord& record) { return record.id; }
std::string IdOf(const Release& release) { return ReleaseKey(release.instance, release.number); }

// A record that was copied to another's key would be taken for that one.
Status CheckKey(const std::string& key, std::string_view prefix, const std::string& id) {
  if (std::string_view(key).substr(prefix.size()) == id) return Ok();
  return Error{Code::kDataLoss,
               "key " + key,
               "its value is the record of " + Shown(id),
               {},
               "restore the store from a backup, or remove that key"};
}

template <class Record, class Decode>
Status Put(Table<Record>& table, std::string_view prefix, const KvEntry& entry, Decode decode) {
  EDM_TRY(auto record, decode(entry));
  if constexpr (!std::is_same_v<Record, RequestRecord>) EDM_CHECK(CheckKey(entry.key, prefix, IdOf(record)));
  table.Put(entry.key.substr(prefix.size()), std::make_shared<const Record>(std::move(record)));
  return Ok();
}

// The id in edm/v1/instances/<id>/spec or .../status; "" for any other key.
std::string InstanceOf(const std::string& key) {
  if (!key.starts_with(keys::kInstances)) return "";
  const auto slash = key.rfind('/');
  const auto last = std::string_view(key).substr(slash);
  if (slash < keys::kInstances.size() || (last != "/spec" && last != "/status")) return "";
  return key.substr(keys::kInstances.size(), slash - keys::kInstances.size());
}

const KvEntry* Find(const KvSnapshot& snapshot, const std::string& key) {
  const auto at =
      std::lower_bound(snapshot.entries.begin(), snapshot.entries.end(), key,
                       [](const KvEntry& one, const std::string& wanted) { return one.key < wanted; });
  return at != snapshot.entries.end() && at->key == key ? &*at : nullptr;
}

}  // namespace

std::uint32_t EpochOf(const KvEntry& entry) {
  std::uint32_t epoch = 0;
  std::from_chars(entry.value.data(), entry.value.data() + entry.value.size(), epoch);
  return epoch;
}

Status StateMirror::TakeEntry(const KvEntry& entry) {
  const std::string_view key = entry.key;
  if (key == keys::kEpoch) state_.epoch = EpochOf(entry);
  if (key.starts_with(keys::kOperations)) {
    EDM_TRY(auto record, DecodeOperation(entry));
    EDM_CHECK(CheckKey(entry.key, keys::kOperations, IdOf(record)));
    const auto id = entry.key.substr(keys::kOperations.size());
    if (IsTerminal(record.operation.state)) {
      state_.open.Erase(id);
    } else {
      state_.open.Insert(id, record.operation.instance);
    }
    state_.operations.Put(id, std::make_shared<const OperationRecord>(std::move(record)));
    return Ok();
  }
  if (key.starts_with(keys::kReleases)) return Put(state_.releases, keys::kReleases, entry, DecodeRelease);
  if (key.starts_with(keys::kWorkers)) return Put(state_.workers, keys::kWorkers, entry, DecodeWorker);
  if (key.starts_with(keys::kTokens)) return Put(state_.tokens, keys::kTokens, entry, DecodeToken);
  if (key.starts_with(keys::kRequests)) return Put(state_.requests, keys::kRequests, entry, DecodeRequest);
  if (auto id = InstanceOf(entry.key); !id.empty()) touched_.insert(std::move(id));
  return Ok();
}

// A spec without a status is an instance on which nothing was done; a status alone is what a delete left.
Status StateMirror::TakeInstance(const KvSnapshot& snapshot, const std::string& id) {
  const auto* spec = Find(snapshot, keys::Spec(id));
  if (spec == nullptr) {
    state_.instances.Erase(id);
    return Ok();
  }
  EDM_TRY(auto record, DecodeSpec(*spec, sealer_));
  EDM_CHECK(CheckKey(keys::Of(keys::kInstances, id), keys::kInstances, record.instance.id));
  if (const auto* status = Find(snapshot, keys::Status(id))) EDM_CHECK(DecodeStatus(*status, record));
  state_.instances.Put(id, std::make_shared<const InstanceRecord>(std::move(record)));
  return Ok();
}

void StateMirror::Drop(const std::string& key) {
  const auto drop = [&](auto& table, std::string_view prefix) {
    if (key.starts_with(prefix)) table.Erase(key.substr(prefix.size()));
  };
  drop(state_.operations, keys::kOperations);
  if (key.starts_with(keys::kOperations)) state_.open.Erase(key.substr(keys::kOperations.size()));
  drop(state_.releases, keys::kReleases);
  drop(state_.workers, keys::kWorkers);
  drop(state_.tokens, keys::kTokens);
  drop(state_.requests, keys::kRequests);
  if (auto id = InstanceOf(key); !id.empty()) touched_.insert(std::move(id));
}

void StateMirror::Clear() {
  state_ = State();
  known_.clear();
  touched_.clear();
}

Status StateMirror::Take(const KvSnapshot& snapshot) {
  std::map<std::string, KvRevision> seen;
  for (const auto& entry : snapshot.entries) {
    seen.emplace_hint(seen.end(), entry.key, entry.revision);
    const auto before = known_.find(entry.key);
    if (before == known_.end() || before->second != entry.revision) EDM_CHECK(TakeEntry(entry));
  }
  for (const auto& [key, revision] : known_) {
    if (!seen.contains(key)) Drop(key);
  }
  for (const auto& id : touched_) EDM_CHECK(TakeInstance(snapshot, id));
  touched_.clear();
  known_ = std::move(seen);
  return Ok();
}

}  // namespace edm::master
