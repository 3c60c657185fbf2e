#include <algorithm>

#include "master/core/placement/score.h"

namespace edm::master {
namespace {

constexpr double kBuildShare = 0.04;  // as an order has
constexpr double kMost = 0.20;

// Builds that no promise stands for: another master's, or what goes on after its order has ended.
double Unpromised(const Site& site) {
  const auto promised = static_cast<double>(site.worker->reservations.size()) + site.worker->settling;
  return std::max(0.0, site.load().building - promised);
}

Points Judge(const Question&, const Site& site) {
  return -ToPoints(std::min(kMost, kBuildShare * Unpromised(site)));
}

void Explain(const Question&, const Site& site, std::vector<std::string>& reasons) {
  if (Unpromised(site) < 1) return;
  const auto building = site.load().building;
  reasons.push_back(std::to_string(building) + (building == 1 ? " build" : " builds"));
}

}  // namespace

constinit const Score kBuilds{"builds", Basis::kShape, Judge, Explain};

}  // namespace edm::master
