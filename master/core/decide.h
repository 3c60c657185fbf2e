#pragma once

#include "master/core/draft.h"
#include "master/model/report.h"

namespace edm::master {

// The whole of the master's mind: what one input changes, and what follows from it. Pure but for `state`,
// which it brings up to date; whoever calls it stores the changes before anything else happens.
Decision Decide(State& state, const Command& command, Moment now);
Decision Decide(State& state, const Report& report, Moment now);

// Removes what was kept long enough; called once in a while.
Decision DecideSweep(State& state, Moment now);

}  // namespace edm::master
