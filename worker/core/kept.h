#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "worker/core/records.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// Stores run on while another release takes the place of the one that they were started with; see
// common/core/compose/kept_services.h.

// Whether a container is of this release: made for it, or kept by it.
bool IsOf(const ReleaseRecord& release, const ContainerFacts& facts);

// Of the services that a release keeps, those whose containers are there as they were.
std::map<std::string, std::uint32_t> StillKept(const ReleaseRecord& release,
                                               const std::vector<ContainerFacts>& containers);

// Adds to `releases` those that containers of theirs were made for: they use their images and checkouts.
void AddOrigins(const Holding& holding, std::set<std::uint32_t>& releases);

}  // namespace edm::worker
