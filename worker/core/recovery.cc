#include "worker/core/recovery.h"

#include <algorithm>

namespace edm::worker {

Recovery Recover(const Holding& holding, const std::vector<ContainerFacts>& containers) {
  const auto release = holding.releases.find(holding.running_release);
  if (holding.running_release == 0 || release == holding.releases.end()) return Recovery::kNothing;
  bool stopped = false;
  for (const auto& wanted : release->second.run.services) {
    const auto found = std::find_if(containers.begin(), containers.end(), [&](const ContainerFacts& facts) {
      return facts.service == wanted.service;
    });
    if (found == containers.end()) return Recovery::kBringUp;
    const bool is_up = found->state == ContainerState::kRunning ||
                       found->state == ContainerState::kRestarting || found->state == ContainerState::kPaused;
    if (!is_up && !(wanted.one_shot && found->exit_code == 0)) stopped = true;
  }
  return stopped ? Recovery::kStartKept : Recovery::kNothing;
}

}  // namespace edm::worker
