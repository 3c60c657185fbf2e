#pragma once

#include "master/core/draft.h"
#include "master/core/placement/request.h"

namespace edm::master {

// Says on the operation how its placement differs from the plan that it was given, and on the placement by
// which facts it was decided. False: it was to be as planned, is not, and the operation has ended.
bool KeepsToPlan(Draft& draft, OperationRecord& record, const PlacementRequest& request,
                 Placement& placement);

// Likewise whether a set has as many members as were planned.
bool KeepsToPlannedMembers(Draft& draft, OperationRecord& record, std::size_t members);

}  // namespace edm::master
