#pragma once

#include "common/ports/kv_store.h"
#include "master/adapters/state/sealer.h"
#include "master/model/state.h"

namespace edm::master {

// What a master acts under, from the moment it has taken the epoch until another takes the next one.
struct Mandate {
  std::uint32_t epoch = 0;
  KvOp fence;  // a check for every transaction: it fails once the epoch has gone on
};

// Blocking. kAborted: another master took the epoch just now.
Result<Mandate> TakeEpoch(KvStore& store);

// What the store holds, with the epoch that stands there. Blocking.
Result<State> ReadState(KvStore& store, const Sealer& sealer);

// Both: the state as it is once nobody else can change it. For a master that has no others beside it.
Result<State> LoadState(KvStore& store, const Sealer& sealer);

}  // namespace edm::master
