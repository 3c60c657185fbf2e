#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/usage.h"

namespace edm::worker {

// What running containers take now. Costs the engine something, so only when somebody asks.
class UsageProbe {
 public:
  virtual ~UsageProbe() = default;

  // Of one instance, or of all ("") that run here, by id; `worker` is left empty. Blocking, for about a
  // second; any thread. What goes away meanwhile is left out. Errors: as ContainerRuntime.
  virtual Result<std::vector<InstanceUsage>> Sample(const std::string& instance) = 0;
};

}  // namespace edm::worker
