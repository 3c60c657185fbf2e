#pragma once

#include "master/core/draft.h"

namespace edm::master {

// An operation that no worker takes waits, and says why; it fails at once when none ever could, and after a
// while when nobody makes room. `request` is what was asked; null: its worker is given, and nothing is
// chosen. `is_stored`: it waited before.
void WaitForWorker(Draft& draft, OperationRecord record, const Placer::Outcome& outcome,
                   const PlacementRequest* request, bool is_stored);

}  // namespace edm::master
