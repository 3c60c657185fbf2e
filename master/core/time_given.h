#pragma once

#include "master/model/state.h"

namespace edm::master {

// The time that an operation has when nobody gives it another. Members take their turns, so a set has as much
// for each of them, but for what all do at once. The instance is there.
Millis TimeGiven(const State& state, const std::string& instance, OperationKind kind, Until until);

}  // namespace edm::master
