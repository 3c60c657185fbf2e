#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/ports/process_runner.h"
#include "worker/adapters/docker/engine_api.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// Has compose create networks, volumes and containers, pull what is missing and replace what differs, without
// starting anything. A project of somebody else with that name is refused before compose sees it.
// `staging` is a folder of ours; the compose file lies there, readable by us alone, while compose runs.
Status CreateProject(const EngineApi& api, ProcessRunner& processes, const std::string& staging,
                     const UpRequest& request, const std::function<void(std::string_view)>& on_line,
                     std::stop_token stop);

// The engine's reason in what compose printed, as an Error. Pure.
Error ComposeError(const std::string& instance, int exit_code, const std::vector<std::string>& lines);

}  // namespace edm::worker
