#pragma once

#include <cstddef>
#include <vector>

#include "worker/adapters/docker/inspect.h"

namespace edm::worker {

// Indices into `containers`, in groups: a group stops (all at once) only after everything that depends on its
// members did. Dependencies in a circle or on what is not there hold nothing up. Pure.
std::vector<std::vector<std::size_t>> StopOrder(const std::vector<Inspected>& containers);

}  // namespace edm::worker
