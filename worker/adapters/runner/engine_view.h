#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "worker/ports/container_runtime.h"

namespace edm::worker {

// What the engine said last of each instance's containers, so that a heartbeat never waits for it. Any
// thread.
class EngineView {
 public:
  explicit EngineView(ContainerRuntime& runtime) : runtime_(runtime) {}

  std::vector<ContainerFacts> Of(const std::string& instance) const;

  // Ask the engine; what it does not answer stays as it was.
  Status Refresh(const std::string& instance);
  Result<Footprint> RefreshAll();  // all that it has

 private:
  ContainerRuntime& runtime_;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<ContainerFacts>> containers_;  // guarded by mutex_
};

}  // namespace edm::worker
