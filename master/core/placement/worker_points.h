#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "master/core/placement/score.h"
#include "master/core/placement/sites.h"

namespace edm::master {

// What the scores of the worker alone give, by slot and strategy, summed once after each change of it.
class WorkerPoints {
 public:
  void Forget(Sites::Slot slot) {
    if (slot < known_.size()) known_[slot] = {};
  }
  Points Of(Strategy strategy, Sites::Slot slot, const Sites& sites) {
    if (slot >= known_.size()) known_.resize(sites.end());
    auto& known = known_[slot][strategy == Strategy::kBinpack ? 1 : 0];
    if (!known) known = PointsOfWorker(strategy, sites[slot]);
    return *known;
  }

 private:
  std::vector<std::array<std::optional<Points>, 2>> known_;
};

}  // namespace edm::master
