#include <algorithm>

#include "master/core/placement/score.h"

namespace edm::master {
namespace {

constexpr double kHolderBonus = 1.0;  // more than any load takes away
constexpr double kCacheBonus = 0.15;  // images of other releases: most layers are there

bool IsCached(const Question& question, const Site& site) {
  return std::ranges::find(question.request.cached, site.id()) != question.request.cached.end();
}

bool Holds(const Question& question, const Site& site) {
  return !question.request.holder.empty() && question.request.holder == site.id();
}

Points Judge(const Question& question, const Site& site) {
  if (Holds(question, site)) return ToPoints(kHolderBonus);
  return IsCached(question, site) ? ToPoints(kCacheBonus) : 0;
}

std::string Say(const Reason&) { return "has cache"; }

void Tell(const Question& question, const Site& site, std::vector<Reason>& reasons) {
  if (Holds(question, site) || IsCached(question, site)) reasons.push_back({.say = Say});
}

}  // namespace

constinit const Score kCache{"cache", Basis::kAsker, Judge, Tell};

}  // namespace edm::master
