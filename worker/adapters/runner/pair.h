#pragma once

#include <vector>

#include "common/base/result.h"
#include "common/core/compose/release_pair.h"
#include "worker/adapters/runner/job.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// Whether another release runs than the order's: a first start, a restart and a start after a stop disturb
// nobody.
bool RunsAnother(const Job& job);

// The order's release beside the one that runs, of which `containers` are. Errors: those of release files,
// and kInternal for a document that is none.
Result<compose::ReleasePair> PairOf(const Job& job, const std::vector<ContainerFacts>& containers);

}  // namespace edm::worker
