#include "worker/adapters/runner/engine_view.h"

namespace edm::worker {

std::vector<ContainerFacts> EngineView::Of(const std::string& instance) const {
  const std::lock_guard lock(mutex_);
  const auto found = containers_.find(instance);
  return found == containers_.end() ? std::vector<ContainerFacts>{} : found->second;
}

Status EngineView::Refresh(const std::string& instance) {
  EDM_TRY(auto containers, runtime_.Containers(instance));
  const std::lock_guard lock(mutex_);
  if (containers.empty()) {
    containers_.erase(instance);
  } else {
    containers_[instance] = std::move(containers);
  }
  return Ok();
}

Result<Footprint> EngineView::RefreshAll() {
  EDM_TRY(auto everything, runtime_.Everything());
  std::map<std::string, std::vector<ContainerFacts>> containers;
  for (const auto& facts : everything.containers) containers[facts.instance].push_back(facts);
  const std::lock_guard lock(mutex_);
  containers_ = std::move(containers);
  return everything;
}

}  // namespace edm::worker
