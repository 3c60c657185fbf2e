#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "common/ports/kv_store.h"
#include "master/adapters/state/sealer.h"
#include "master/model/state.h"

namespace edm::master {

// The state as a store's snapshots tell it, one after the other: only entries whose revision is new are
// decoded. One thread.
class StateMirror {
 public:
  explicit StateMirror(const Sealer& sealer) : sealer_(sealer) {}

  // All that lies under keys::kRoot. kDataLoss names a damaged entry; what was mirrored before then stays.
  Status Take(const KvSnapshot& snapshot);
  // As at first.
  void Clear();
  // For readers; also when nothing was taken yet.
  State Share() { return state_.Share(); }

 private:
  Status TakeEntry(const KvEntry& entry);
  Status TakeInstance(const KvSnapshot& snapshot, const std::string& id);
  void Drop(const std::string& key);

  const Sealer& sealer_;
  State state_;
  std::map<std::string, KvRevision> known_;
  std::set<std::string> touched_;  // instances of whose two entries one is new
};

// The number in the epoch's entry.
std::uint32_t EpochOf(const KvEntry& entry);

}  // namespace edm::master
