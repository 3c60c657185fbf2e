#pragma once

#include "master/core/placement/request.h"
#include "master/model/state.h"

namespace edm::master {

// What an instance asks of a worker, by its spec and by where it is.
PlacementRequest RequestFor(const State& state, const InstanceRecord& instance, SteadyTime now);

PlacementPolicy PolicyOf(const State& state);

}  // namespace edm::master
