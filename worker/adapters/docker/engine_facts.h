#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/base/result.h"
#include "common/model/worker.h"
#include "common/ports/process_runner.h"
#include "worker/adapters/docker/engine_api.h"

namespace edm::worker {

// What the engine says of itself, and the compose program of its own version. Blocking.
Result<EngineFacts> AskEngine(const EngineApi& api, ProcessRunner& processes);

// From the engine's /version and /info. Pure.
EngineFacts ReadEngineFacts(const nlohmann::json& version, const nlohmann::json& info);

}  // namespace edm::worker
