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

const Filter* FirstRefusalToAsker(const Question& question, const Site& site) {
  static const auto kAskers = [] {
    std::vector<const Filter*> askers;
    for (const auto* filter : Filters()) {
      if (filter->basis == Basis::kAsker) askers.push_back(filter);
    }
    return askers;
  }();
  for (const auto* filter : kAskers) {
    if (filter->judge(question, site) != Hope::kFits) return filter;
  }
  return nullptr;
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

std::vector<Reason> Weighed(const Question& question, const Site& site) {
  constexpr std::size_t kMostly = 4;
  std::vector<Reason> reasons;
  reasons.reserve(kMostly);
  for (const auto& scores : {ScoresOfWorker(question.strategy), ScoresOfRequest()}) {
    for (const auto* score : scores) {
      if (score->tell != nullptr) score->tell(question, site, reasons);
    }
  }
  return reasons;
}

std::uint64_t TieOrder(const PlacementPolicy& policy, const Site& site) {
  return HashOf(policy.seed, site.id_hash);
}

}  // namespace edm::master
