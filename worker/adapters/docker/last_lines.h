#pragma once

#include <string>
#include <vector>

#include "worker/adapters/docker/engine_api.h"

namespace edm::worker {

// The last lines that a container printed, both streams merged by time; none when the engine does not tell.
std::vector<std::string> LastLines(const EngineApi& api, const std::string& container_id, bool is_tty,
                                   std::size_t count);

}  // namespace edm::worker
