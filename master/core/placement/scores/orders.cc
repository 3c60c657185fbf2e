#include "master/core/placement/score.h"

namespace edm::master {
namespace {

// Promised to an order; fades when what it started shows in the samples.
constexpr double kOrderShare = 0.04;

Points Judge(const Question&, const Site& site) {
  const auto& worker = *site.worker;
  return -ToPoints(kOrderShare * (static_cast<double>(worker.reservations.size()) + worker.settling));
}

void Explain(const Question&, const Site& site, std::vector<std::string>& reasons) {
  const auto orders = site.worker->reservations.size();
  if (orders == 0) return;
  reasons.push_back(std::to_string(orders) + (orders == 1 ? " order under way" : " orders under way"));
}

}  // namespace

constinit const Score kOrders{"orders", Basis::kShape, Judge, Explain};

}  // namespace edm::master
