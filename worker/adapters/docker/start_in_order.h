#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"
#include "worker/adapters/docker/engine_api.h"
#include "worker/adapters/docker/turns.h"

namespace edm::worker {

// Starts the containers of an instance that do not run, each once what it depends on is started, healthy or
// ended with 0, as its compose file says. Waiting for a turn is no part of the deadline. Errors:
// container_runtime.h Up and StartKept. `turn`: with which it begins; none: it waits for one.
Status StartInOrder(const EngineApi& api, Turns& turns, std::optional<Turns::Turn> turn,
                    const std::string& instance, Millis deadline,
                    const std::function<void(std::string_view)>& on_line, std::stop_token stop);

}  // namespace edm::worker
