#include "master/core/placement/score.h"

namespace edm::master {
namespace {

constexpr double kBonus = 0.05;  // a little more than an order's

// Where it was it may as well be again, unless another is clearly better.
bool WasThere(const Question& question, const Site& site) {
  return question.request.holder.empty() && question.IsOwn(site.id());
}

Points Judge(const Question& question, const Site& site) {
  return WasThere(question, site) ? ToPoints(kBonus) : 0;
}

void Explain(const Question& question, const Site& site, std::vector<std::string>& reasons) {
  if (WasThere(question, site)) reasons.emplace_back("was there before");
}

}  // namespace

constinit const Score kStays{"stays", Basis::kAsker, Judge, Explain};

}  // namespace edm::master
