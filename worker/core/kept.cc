#include "worker/core/kept.h"

#include <algorithm>

namespace edm::worker {
namespace {

bool IsKept(const ReleaseRecord& release, const ContainerFacts& facts) {
  const auto kept = release.kept.find(facts.service);
  return kept != release.kept.end() && kept->second == facts.release;
}

}  // namespace

bool IsOf(const ReleaseRecord& release, const ContainerFacts& facts) {
  return facts.release == release.number || IsKept(release, facts);
}

std::map<std::string, std::uint32_t> StillKept(const ReleaseRecord& release,
                                               const std::vector<ContainerFacts>& containers) {
  auto kept = release.kept;
  std::erase_if(kept, [&](const auto& one) {
    return std::none_of(containers.begin(), containers.end(), [&](const ContainerFacts& facts) {
      return facts.service == one.first && facts.release == one.second;
    });
  });
  return kept;
}

void AddOrigins(const Holding& holding, std::set<std::uint32_t>& releases) {
  const auto users = releases;
  for (const auto number : users) {
    const auto found = holding.releases.find(number);
    if (found == holding.releases.end()) continue;
    for (const auto& [service, made_for] : found->second.kept) releases.insert(made_for);
  }
}

}  // namespace edm::worker
