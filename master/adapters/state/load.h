#pragma once

#include "common/ports/kv_store.h"
#include "master/adapters/state/sealer.h"
#include "master/model/state.h"

namespace edm::master {

// Reads everything back, and takes the next epoch. Blocking. kAborted: another master took the epoch just
// now.
Result<State> LoadState(KvStore& store, const Sealer& sealer);

}  // namespace edm::master
