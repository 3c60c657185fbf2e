#pragma once

#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "worker/adapters/docker/engine_api.h"

namespace edm::worker {

// How long the engine may take to let go of what is being removed elsewhere or still connected.
inline constexpr Millis kRemovalPatience{20'000};

// In the reverse of the order in which they depend on each other, in parallel where independent.
Status StopInstance(const EngineApi& api, const std::string& instance, const std::set<std::string>& sparing,
                    Seconds grace);

// Containers, networks and, unless kept, volumes of this instance; anonymous volumes go with their
// containers.
Status RemoveInstance(const EngineApi& api, const std::string& instance, bool keep_volumes);

// A tag, or an id with all tags of ours. Images without our label stay, and so do those that are used.
Status RemoveImageOfOurs(const EngineApi& api, const std::string& id_or_tag);

}  // namespace edm::worker
