#include "master/adapters/state/dump.h"

#include "edm/v1/state.pb.h"
#include "master/adapters/state/codec.h"
#include "master/adapters/state/keys.h"

namespace edm::master {
namespace {

template <class Record>
void AddAll(const Table<Record>& table, std::vector<Change>& to) {
  for (const auto& [key, record] : table.all()) to.emplace_back(Stored<Record>{key, record});
}

void Add(v1::StateChunk& chunk, std::string key, std::string value) {
  auto* entry = chunk.add_entries();
  entry->set_key(std::move(key));
  entry->set_value(std::move(value));
}

}  // namespace

StateDump::StateDump(const State& state, const Sealer& sealer) : sealer_(sealer), epoch_(state.epoch) {
  for (const auto& [id, record] : state.instances.all()) {
    records_.emplace_back(StoredSpec{{id, record}});
    records_.emplace_back(StoredStatus{{id, record}});
    const auto& address = record->instance.status.address;
    if (!address.empty()) records_.emplace_back(StoredAddress{id, address});
  }
  AddAll(state.operations, records_);
  AddAll(state.releases, records_);
  AddAll(state.workers, records_);
  AddAll(state.tokens, records_);
  AddAll(state.requests, records_);
}

std::optional<std::string> StateDump::Next() {
  v1::StateChunk chunk;
  std::size_t bytes = 0;
  if (!epoch_told_) {
    epoch_told_ = true;
    Add(chunk, std::string(keys::kEpoch), std::to_string(epoch_));
  }
  while (next_ < records_.size() && chunk.entries_size() < static_cast<int>(KvStore::kOpsMax)) {
    auto op = Encode(records_[next_], sealer_);
    const auto size = op.key.size() + op.value.size();
    if (bytes + size > KvStore::kTransactionBytesMax && chunk.entries_size() > 0) break;
    bytes += size;
    ++next_;
    Add(chunk, std::move(op.key), std::move(op.value));
  }
  if (chunk.entries_size() == 0) return std::nullopt;
  return chunk.SerializeAsString();
}

}  // namespace edm::master
