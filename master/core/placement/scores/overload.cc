#include <algorithm>

#include "master/core/placement/score.h"
#include "master/core/placement/text.h"

namespace edm::master {
namespace {

constexpr double kBusy = 0.75;    // below this load a worker that is packed does not suffer
constexpr double kWeight = 4.0;   // at a full load it loses as much as fullness can give
constexpr double kQueueFree = 8;  // orders at once that a packed worker works off
constexpr double kOrderShare = 0.04;

double Queue(const Site& site) {
  return std::max(0.0, static_cast<double>(site.worker->reservations.size()) - kQueueFree);
}

// Packing is no reason to queue behind a load that lasts, or behind more orders than a worker works off.
Points Judge(const Question&, const Site& site) {
  const auto over = std::clamp(site.worker->background - kBusy, 0.0, 1 - kBusy);
  return -ToPoints(kWeight * over + kOrderShare * Queue(site));
}

std::string Say(const Reason& reason) { return "load " + Hundredths(reason.figure); }

void Tell(const Question&, const Site& site, std::vector<Reason>& reasons) {
  reasons.push_back({.say = Say, .figure = site.worker->background});
}

}  // namespace

constinit const Score kOverload{"overload", Basis::kShape, Judge, Tell};

}  // namespace edm::master
