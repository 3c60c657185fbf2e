#pragma once

#include <filesystem>

#include "common/ports/kv_store.h"

namespace edm::ctl {

// Whether there is the state of a cluster in the store already.
Result<bool> HoldsState(KvStore& store);

// Puts the StateChunk files of `folder`, in order, each as one transaction; the epoch last, raised by
// kEpochLeap, so that no master begins on half a state. `replace`: what is there and not in the backup goes.
Status RestoreState(const std::filesystem::path& folder, KvStore& store, bool replace);

}  // namespace edm::ctl
