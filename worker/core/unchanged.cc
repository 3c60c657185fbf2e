#include "worker/core/unchanged.h"

#include <algorithm>

#include "worker/core/kept.h"
#include "worker/core/observe.h"

namespace edm::worker {

const ReleaseRecord* ReleaseToKeep(const Order& order, const Holding& holding) {
  const bool wants_it_built_anew = order.no_cache || !order.source;
  // The address is published with a build; where one of the two sides has not noted it, it is published
  // again.
  const bool is_published = order.holds_address && holding.address_published;
  if (order.target != Target::kRunning || wants_it_built_anew || !is_published) return nullptr;
  const auto found = holding.releases.find(holding.running_release);
  if (found == holding.releases.end()) return nullptr;
  const auto& release = found->second;
  const auto template_commit = order.template_source ? order.template_source->commit : std::string();
  const bool is_same = !release.commit.empty() && release.commit == order.source->commit &&
                       release.template_name == order.template_name &&
                       release.template_commit == template_commit;
  return is_same ? &release : nullptr;
}

bool AllRun(const ReleaseRecord& release, const std::vector<ContainerFacts>& containers) {
  const auto& services = release.run.services;
  const bool all_there = std::all_of(services.begin(), services.end(), [&](const WantedService& wanted) {
    return std::any_of(containers.begin(), containers.end(),
                       [&](const ContainerFacts& facts) { return facts.service == wanted.service; });
  });
  const bool all_of_it = std::all_of(containers.begin(), containers.end(),
                                     [&](const ContainerFacts& facts) { return IsOf(release, facts); });
  const auto health = HealthOf(StatusOf(containers, release.run));
  return all_there && all_of_it && (health == Health::kHealthy || health == Health::kStarting);
}

bool SameInputs(const ReleaseRecord& release, const std::map<std::string, std::string>& now) {
  return std::all_of(release.inputs.begin(), release.inputs.end(), [&](const auto& input) {
    const auto found = now.find(input.first);
    return !input.second.empty() && found != now.end() && found->second == input.second;
  });
}

}  // namespace edm::worker
