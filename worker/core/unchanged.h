#pragma once

#include <map>
#include <string>
#include <vector>

#include "worker/core/records.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// Whether a deploy would make again what runs. All three must hold, and the final digest must be the same;
// what is not known counts as different.

// The running release, when it was made from the order's source and template; null otherwise, or when the
// order asks for more than a running release.
const ReleaseRecord* ReleaseToKeep(const Order& order, const Holding& holding);

// Each service has its containers, of this release, and none is known to be unwell (a one-shot ended with 0).
bool AllRun(const ReleaseRecord& release, const std::vector<ContainerFacts>& containers);

// The images that it starts from are still the same.
bool SameInputs(const ReleaseRecord& release, const std::map<std::string, std::string>& now);

}  // namespace edm::worker
