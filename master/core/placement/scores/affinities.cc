#include <algorithm>

#include "master/core/placement/score.h"
#include "master/core/placement/text.h"

namespace edm::master {
namespace {

constexpr double kWeightMost = 100;
constexpr double kShareOfWeight = 0.5;  // of a weight of 100: as half a machine that is free
constexpr double kMost = 0.5;           // of all together, for or against

bool Applies(const Affinity& wish, const Site& site) {
  const auto& labels = site.worker->facts.labels;
  const auto found = labels.find(wish.label);
  return found != labels.end() && found->second == wish.value;
}

double Sum(const Question& question, const Site& site) {
  double sum = 0;
  for (const auto& wish : question.request.affinities) {
    if (Applies(wish, site)) sum += kShareOfWeight * wish.weight / kWeightMost;
  }
  return std::clamp(sum, -kMost, kMost);
}

Points Judge(const Question& question, const Site& site) {
  return question.request.affinities.empty() ? 0 : ToPoints(Sum(question, site));
}

void Explain(const Question& question, const Site& site, std::vector<std::string>& reasons) {
  std::string text;
  for (const auto& wish : question.request.affinities) {
    if (!Applies(wish, site)) continue;
    if (!text.empty()) text += ", ";
    text.append(wish.label).append("=").append(wish.value);
  }
  if (!text.empty()) reasons.push_back(text + " " + Signed(Sum(question, site)));
}

}  // namespace

constinit const Score kAffinities{"affinities", Basis::kFacts, Judge, Explain};

}  // namespace edm::master
