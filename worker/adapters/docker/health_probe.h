#pragma once

#include <stop_token>

#include "common/base/result.h"
#include "worker/adapters/docker/engine_api.h"
#include "worker/adapters/docker/inspect.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// Runs the container's own health command once. A command that takes longer than its timeout is killed and
// counts as failed with exit code kHealthTimedOut. Errors: container_runtime.h ProbeHealth.
inline constexpr int kHealthTimedOut = 124;
Result<HealthProbe> RunHealthCommand(const EngineApi& api, const Inspected& container, std::stop_token stop);

}  // namespace edm::worker
