#include "master/core/placement/score.h"

namespace edm::master {
namespace {

constexpr double kMemberShare = 0.04;  // as an order has

std::uint32_t Others(const Question& question, const Site& site) {
  if (question.request.group == 0) return 0;
  const auto count = site.tenants.CountOf(question.request.group);
  return count > 0 && question.IsOwn(site.id()) ? count - 1 : count;
}

// Those of one project spread over workers: what brings one down leaves the others. Who packs does not mind.
Points Judge(const Question& question, const Site& site) {
  if (question.strategy == Strategy::kBinpack) return 0;
  return -ToPoints(kMemberShare) * Others(question, site);
}

void Explain(const Question& question, const Site& site, std::vector<std::string>& reasons) {
  if (question.strategy == Strategy::kBinpack) return;
  if (const auto others = Others(question, site); others > 0)
    reasons.push_back(std::to_string(others) + " of its project");
}

}  // namespace

constinit const Score kCompany{"company", Basis::kAsker, Judge, Explain};

}  // namespace edm::master
