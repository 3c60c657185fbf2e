#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "worker/adapters/docker/engine_api.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// Connects each one. Connected already: ok.
Status Lend(const EngineApi& api, const std::vector<LentContainer>& lent);

// Disconnects from the networks of an instance every container, stopped or not, that is not its own: it would
// not start again once they are gone.
Status GiveBack(const EngineApi& api, const std::string& instance);

}  // namespace edm::worker
