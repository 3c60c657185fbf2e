#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"
#include "worker/adapters/docker/engine_api.h"

namespace edm::worker {

// Starts the containers of an instance that do not run, each once what it depends on is started, healthy or
// ended with 0, as its compose file says. Errors: container_runtime.h Up and StartKept.
Status StartInOrder(const EngineApi& api, const std::string& instance, Millis deadline,
                    const std::function<void(std::string_view)>& on_line, std::stop_token stop);

}  // namespace edm::worker
