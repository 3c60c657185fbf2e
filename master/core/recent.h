#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "master/model/state.h"

namespace edm::master {

// What ended longer than this before the newest end is done with, effects and all, since long before a crash.
inline constexpr Millis kRepairWindow{600'000};

// The operations whose effects a kill may have lost: those that are open, and those that ended last, also
// where a clock that was ahead for a while dated some of them later than `now`.
std::vector<std::shared_ptr<const OperationRecord>> RecentOperations(const State& state,
                                                                     std::optional<WallTime> now = {});

}  // namespace edm::master
