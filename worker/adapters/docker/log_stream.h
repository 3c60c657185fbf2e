#pragma once

#include <functional>
#include <stop_token>

#include "common/base/result.h"
#include "worker/adapters/docker/engine_api.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// container_runtime.h Logs.
Status StreamLogs(const EngineApi& api, const LogRequest& request,
                  const std::function<void(const LogLine&)>& on_line, std::stop_token stop);

}  // namespace edm::worker
