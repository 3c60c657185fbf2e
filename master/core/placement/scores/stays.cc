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

std::string Say(const Reason&) { return "was there before"; }

void Tell(const Question& question, const Site& site, std::vector<Reason>& reasons) {
  if (WasThere(question, site)) reasons.push_back({.say = Say});
}

}  // namespace

constinit const Score kStays{"stays", Basis::kAsker, Judge, Tell};

}  // namespace edm::master
