#pragma once

#include <string>
#include <vector>

#include "master/core/draft.h"

namespace edm::master {

// Takes over what a worker sees of one instance, as far as it is newer than what is known. An attempt whose
// operation has ended, and which still goes on there, is cancelled.
void Observe(Draft& draft, const std::string& worker, const Observation& seen);

// All that a worker has: what should run there and is not among it has failed.
void ObserveAll(Draft& draft, const std::string& worker, const std::vector<Observation>& seen);

}  // namespace edm::master
