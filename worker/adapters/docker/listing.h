#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "worker/adapters/docker/engine_api.h"
#include "worker/adapters/docker/inspect.h"

namespace edm::worker {

// What the engine holds. All of them see only what carries our label, and of images those alone that we
// built.

// The containers of one instance, stopped ones too, from a list (inspect.h ReadListed).
Result<std::vector<ContainerFacts>> ListContainers(const EngineApi& api, const std::string& instance);
// The same in full, by name. Those that went away in between are left out.
Result<std::vector<Inspected>> InspectContainers(const EngineApi& api, const std::string& instance);
Result<Inspected> InspectContainer(const EngineApi& api, const std::string& id);

Result<Footprint> ListEverything(const EngineApi& api);
Result<std::vector<NetworkSubnet>> ListSubnets(const EngineApi& api);
// See container_runtime.h VolumeSizes.
Result<std::map<std::string, std::uint64_t>> MeasureVolumes(const EngineApi& api, Millis deadline);

// Names of containers, networks and volumes in a compose project of that name that are not ours.
Result<std::vector<std::string>> ListForeign(const EngineApi& api, const std::string& project);

}  // namespace edm::worker
