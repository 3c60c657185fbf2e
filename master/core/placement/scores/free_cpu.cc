#include <algorithm>
#include <cmath>

#include "master/core/placement/score.h"
#include "master/core/placement/text.h"

namespace edm::master {
namespace {

// docs/decisions/0006-load-and-promises.md says why these.
constexpr double kIdle = 0.10;         // what daemons take now and then is no difference between two machines
constexpr double kWorthSaying = 0.10;  // a smaller difference between two figures of load is not shown

Points Judge(const Question&, const Site& site) {
  return ToPoints(1.0 - std::clamp((site.worker->background - kIdle) / (1 - kIdle), 0.0, 1.0));
}

std::string Say(const Reason& reason) {
  auto text = "load " + Hundredths(reason.figure);
  if (std::abs(reason.beside - reason.figure) >= kWorthSaying)
    text += " (" + Hundredths(reason.beside) + " with what passes)";
  return text;
}

void Tell(const Question&, const Site& site, std::vector<Reason>& reasons) {
  reasons.push_back({.say = Say, .figure = site.worker->background, .beside = site.load().cpu});
}

}  // namespace

constinit const Score kFreeCpu{"load", Basis::kShape, Judge, Tell};

}  // namespace edm::master
