#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

#include "common/base/result.h"
#include "worker/adapters/docker/engine_api.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// Builds one image with the builder inside the engine (BuildKit, without a session). Closing the connection
// ends the build: that is how `stop` and the deadline do it.
inline constexpr Millis kBuildDeadline{3'600'000};
Result<BuiltImage> BuildImage(const EngineApi& api, const BuildRequest& request,
                              const std::function<void(std::string_view)>& on_line, std::stop_token stop);

}  // namespace edm::worker
