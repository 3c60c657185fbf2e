#pragma once

#include <string>

#include "master/model/state.h"

namespace edm::master {

// The id of an operation that the master begins by itself. Core has no dice: the same state at the same
// moment gives the same id, and no two operations share one.
std::string FreshId(const State& state, const InstanceRecord& instance, WallTime now);

}  // namespace edm::master
