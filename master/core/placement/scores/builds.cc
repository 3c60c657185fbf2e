#include <algorithm>

#include "common/base/text.h"
#include "master/core/placement/score.h"
#include "master/core/placement/text.h"

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

std::string Say(const Reason& reason) { return Counted(Whole(reason.figure), "build"); }

void Tell(const Question&, const Site& site, std::vector<Reason>& reasons) {
  if (Unpromised(site) < 1) return;
  reasons.push_back({.say = Say, .figure = static_cast<double>(site.load().building)});
}

}  // namespace

constinit const Score kBuilds{"builds", Basis::kShape, Judge, Tell};

}  // namespace edm::master
