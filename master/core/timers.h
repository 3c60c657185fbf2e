#pragma once

#include "master/core/draft.h"

namespace edm::master {

// The clock went on: deadlines, waits and beats. Cheap when nothing is due.
void OnTick(Draft& draft);

// A master has started with the stored state: everything under way goes on.
void OnRecovered(Draft& draft);

}  // namespace edm::master
