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

std::string Say(const Reason& reason) { return reason.about + " " + Signed(reason.figure); }

void Tell(const Question& question, const Site& site, std::vector<Reason>& reasons) {
  std::string text;
  for (const auto& wish : question.request.affinities) {
    if (!Applies(wish, site)) continue;
    if (!text.empty()) text += ", ";
    text.append(wish.label).append("=").append(wish.value);
  }
  if (text.empty()) return;
  reasons.push_back({.say = Say, .figure = Sum(question, site), .about = std::move(text)});
}

}  // namespace

constinit const Score kAffinities{"affinities", Basis::kFacts, Judge, Tell};

}  // namespace edm::master
