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

void Explain(const Question&, const Site& site, std::vector<std::string>& reasons) {
  const auto background = site.worker->background;
  auto text = "load " + Hundredths(background);
  if (std::abs(site.load().cpu - background) >= kWorthSaying)
    text += " (" + Hundredths(site.load().cpu) + " with what passes)";
  reasons.push_back(std::move(text));
}

}  // namespace

constinit const Score kFreeCpu{"load", Basis::kShape, Judge, Explain};

}  // namespace edm::master
