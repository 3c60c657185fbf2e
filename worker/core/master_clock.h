#pragma once

#include <optional>

#include "common/base/time.h"

namespace edm::worker {

// The master's clock as far as it was heard of: this machine's own may be off, and may be set at any time,
// while its steady clock runs on.
class MasterClock {
 public:
  void Heard(WallTime master, SteadyTime now) { heard_ = {master, now}; }

  // None before anything was heard.
  std::optional<WallTime> At(SteadyTime now) const {
    if (!heard_) return std::nullopt;
    return heard_->master + (now - heard_->at);
  }
  // By how much this machine's clock is ahead.
  std::optional<Millis> Ahead(WallTime own, SteadyTime now) const {
    const auto master = At(now);
    if (!master) return std::nullopt;
    return own - *master;
  }

 private:
  struct Moment {
    WallTime master;
    SteadyTime at;
  };
  std::optional<Moment> heard_;
};

}  // namespace edm::worker
