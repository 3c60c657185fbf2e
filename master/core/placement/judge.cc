#include "master/core/placement/judge.h"

#include <algorithm>

#include "master/core/placement/hash.h"

namespace edm::master {

const Filter* FirstRefusal(const Question& question, const Site& site) {
  for (const auto* filter : Filters()) {
    if (filter->judge(question, site) != Hope::kFits) return filter;
  }
  return nullptr;
}

bool IsRefusedToAsker(const Question& question, const Site& site) {
  static const auto kAskers = [] {
    std::vector<const Filter*> askers;
    for (const auto* filter : Filters()) {
      if (filter->basis == Basis::kAsker) askers.push_back(filter);
    }
    return askers;
  }();
  return std::ranges::any_of(
      kAskers, [&](const Filter* filter) { return filter->judge(question, site) != Hope::kFits; });
}

std::vector<std::string> Refusals(const Question& question, const Site& site) {
  std::vector<std::string> reasons;
  for (const auto* filter : Filters()) {
    if (filter == &kLoad && !site.worker->load && !reasons.empty()) break;
    if (filter->judge(question, site) != Hope::kFits) reasons.push_back(filter->explain(question, site));
    if (filter == &kLoad && !site.worker->load) break;
  }
  return reasons;
}

Hope HopeOf(const Question& question, const Site& site) {
  auto worst = Hope::kFits;
  for (const auto* filter : Filters()) {
    worst = std::max(worst, filter->judge(question, site));
    if (filter == &kLoad && !site.worker->load) break;
  }
  return worst;
}

Points Total(const Question& question, const Site& site) {
  return PointsOfWorker(question.strategy, site) + PointsOfRequest(question, site);
}

std::vector<std::string> Weighed(const Question& question, const Site& site) {
  std::vector<std::string> reasons;
  reasons.reserve(8);
  for (const auto* score : ScoresOfWorker(question.strategy)) score->explain(question, site, reasons);
  for (const auto* score : ScoresOfRequest()) score->explain(question, site, reasons);
  return reasons;
}

std::uint64_t TieOrder(const PlacementPolicy& policy, const Site& site) {
  return HashOf(policy.seed, site.id_hash);
}

}  // namespace edm::master
