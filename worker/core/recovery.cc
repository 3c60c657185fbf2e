#include "worker/core/recovery.h"

#include <algorithm>

#include "worker/core/kept.h"

namespace edm::worker {
namespace {

bool IsUp(const ContainerFacts& facts) {
  return facts.state == ContainerState::kRunning || facts.state == ContainerState::kRestarting ||
         facts.state == ContainerState::kPaused;
}

}  // namespace

bool LeavesDoubt(const AttemptRecord& attempt) {
  return attempt.ended() && attempt.course == Course::kAbandon;
}

Recovery Recover(const Holding& holding, const std::vector<ContainerFacts>& containers) {
  if (holding.running_release == 0)
    return std::any_of(containers.begin(), containers.end(), IsUp) ? Recovery::kStop : Recovery::kNothing;
  const auto release = holding.releases.find(holding.running_release);
  if (release == holding.releases.end()) return Recovery::kNothing;
  bool stopped = false;
  for (const auto& wanted : release->second.run.services) {
    const auto found = std::find_if(containers.begin(), containers.end(), [&](const ContainerFacts& facts) {
      return facts.service == wanted.service;
    });
    if (found == containers.end() || !IsOf(release->second, *found)) return Recovery::kBringUp;
    if (!IsUp(*found) && !(wanted.one_shot && found->exit_code == 0)) stopped = true;
  }
  return stopped ? Recovery::kStartKept : Recovery::kNothing;
}

}  // namespace edm::worker
