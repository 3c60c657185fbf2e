#include "common/base/text.h"
#include "master/core/placement/score.h"
#include "master/core/placement/text.h"

namespace edm::master {
namespace {

// Promised to an order; fades when what it started shows in the samples.
constexpr double kOrderShare = 0.04;

Points Judge(const Question&, const Site& site) {
  const auto& worker = *site.worker;
  return -ToPoints(kOrderShare * (static_cast<double>(worker.reservations.size()) + worker.settling));
}

std::string Say(const Reason& reason) { return Counted(Whole(reason.figure), "order") + " under way"; }

void Tell(const Question&, const Site& site, std::vector<Reason>& reasons) {
  if (const auto orders = site.worker->reservations.size(); orders > 0)
    reasons.push_back({.say = Say, .figure = static_cast<double>(orders)});
}

}  // namespace

constinit const Score kOrders{"orders", Basis::kShape, Judge, Tell};

}  // namespace edm::master
