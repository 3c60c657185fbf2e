#pragma once

#include "master/model/records.h"
#include "master/model/state.h"

namespace edm::master {

// An instance that is made anew goes on with the numbers of the one before it of that id, as far as
// operations of that one are kept. So no two of them have one attempt, and what is still on its way of it,
// orders and images, is taken for nothing of the new one.
void CountOn(const State& state, InstanceRecord& record);

}  // namespace edm::master
