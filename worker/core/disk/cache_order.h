#pragma once

#include <vector>

#include "worker/core/disk/cache_claim.h"

namespace edm::worker {

// One record that may go, and when it or what was made from it was last used.
struct CacheCandidate {
  const CacheRecord* record = nullptr;
  WallTime used_at;
};

// What of the cache may go, the longest unused first, and each after all that was made from it. Not those
// that are in use, that are not `ours`, or from which such a one was made. `records` outlives the answer.
std::vector<CacheCandidate> OrderCache(const std::vector<CacheRecord>& records, const CacheIds& ours);

}  // namespace edm::worker
