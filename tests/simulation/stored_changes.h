#pragma once

#include "master/model/decision.h"
#include "master/model/state.h"

namespace edm::simulation {

// Brings one change into tables of what is stored.
void Apply(const master::Change& change, master::State& stored);

}  // namespace edm::simulation
