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

void Explain(const Question& question, const Site& site, std::vector<std::string>& reasons) {
  if (Holds(question, site) || IsCached(question, site)) reasons.emplace_back("has cache");
}

}  // namespace

constinit const Score kCache{"cache", Basis::kAsker, Judge, Explain};

}  // namespace edm::master
