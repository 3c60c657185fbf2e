#pragma once

#include "common/model/disk.h"
#include "worker/core/disk/cache_claim.h"
#include "worker/ports/data_folder.h"
#include "worker/ports/engine_disk.h"

namespace edm::worker {

// Who uses what: by instance, in all, and by others. What a trial has counts for its instance, a record of
// the build cache for nobody. What is not known of one object is not known of their sum.
MachineDisk Summarize(const EngineObjects& engine, const std::vector<CacheRecord>& cache,
                      const CacheIds& our_cache, const StoredThings& stored);

}  // namespace edm::worker
