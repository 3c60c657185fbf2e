#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "common/base/result.h"
#include "worker/adapters/docker/engine_api.h"

namespace edm::worker {

// container_runtime.h Watch.
Status WatchEvents(const EngineApi& api, const std::function<void(const std::string& instance)>& on_change,
                   std::stop_token stop);

}  // namespace edm::worker
