#include "master/core/placement/score.h"
#include "master/core/placement/text.h"

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

std::string Say(const Reason& reason) { return std::to_string(Whole(reason.figure)) + " of its project"; }

void Tell(const Question& question, const Site& site, std::vector<Reason>& reasons) {
  if (question.strategy == Strategy::kBinpack) return;
  if (const auto others = Others(question, site); others > 0)
    reasons.push_back({.say = Say, .figure = static_cast<double>(others)});
}

}  // namespace

constinit const Score kCompany{"company", Basis::kAsker, Judge, Tell};

}  // namespace edm::master
