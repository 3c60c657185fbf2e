#include "master/adapters/state/load.h"

#include <charconv>

#include "master/adapters/state/codec.h"
#include "master/adapters/state/keys.h"

namespace edm::master {
namespace {

template <class Record, class Decode>
Status LoadTable(KvStore& store, std::string_view prefix, Table<Record>& into, Decode decode) {
  EDM_TRY(const auto listed, store.List(std::string(prefix)));
  for (const auto& entry : listed.entries) {
    EDM_TRY(auto record, decode(entry));
    into.Put(entry.key.substr(prefix.size()), std::make_shared<const Record>(std::move(record)));
  }
  return Ok();
}

Status LoadInstances(KvStore& store, const Sealer& sealer, Table<InstanceRecord>& into) {
  EDM_TRY(const auto listed, store.List(std::string(keys::kInstances)));
  std::map<std::string, InstanceRecord> records;
  for (const auto& entry : listed.entries) {
    if (!entry.key.ends_with("/spec")) continue;
    EDM_TRY(auto record, DecodeSpec(entry, sealer));
    const auto id = record.instance.id;
    records[id] = std::move(record);
  }
  for (const auto& entry : listed.entries) {
    if (!entry.key.ends_with("/status")) continue;
    const auto id = entry.key.substr(keys::kInstances.size(), entry.key.rfind('/') - keys::kInstances.size());
    const auto found = records.find(id);
    if (found != records.end()) EDM_CHECK(DecodeStatus(entry, found->second));
  }
  for (auto& [id, record] : records) into.Put(id, std::make_shared<const InstanceRecord>(std::move(record)));
  return Ok();
}

Result<std::uint32_t> TakeEpoch(KvStore& store) {
  const std::string key(keys::kEpoch);
  EDM_TRY(const auto entry, store.Get(key));
  std::uint32_t epoch = 0;
  if (entry) std::from_chars(entry->value.data(), entry->value.data() + entry->value.size(), epoch);
  ++epoch;
  EDM_CHECK(store.Transact({{KvOp::Kind::kPut, key, std::to_string(epoch), entry ? entry->revision : 0}}));
  return epoch;
}

}  // namespace

Result<State> LoadState(KvStore& store, const Sealer& sealer) {
  State state;
  EDM_TRY(state.epoch, TakeEpoch(store));
  EDM_CHECK(LoadInstances(store, sealer, state.instances));
  EDM_CHECK(LoadTable(store, keys::kOperations, state.operations, DecodeOperation));
  EDM_CHECK(LoadTable(store, keys::kReleases, state.releases, DecodeRelease));
  EDM_CHECK(LoadTable(store, keys::kWorkers, state.workers, DecodeWorker));
  EDM_CHECK(LoadTable(store, keys::kTokens, state.tokens, DecodeToken));
  EDM_CHECK(LoadTable(store, keys::kRequests, state.requests, DecodeRequest));
  for (const auto& [id, record] : state.operations.all()) {
    if (!IsTerminal(record->operation.state)) state.open.insert(id);
  }
  return state;
}

}  // namespace edm::master
