#pragma once

#include "master/core/draft.h"

namespace edm::master {

// What edm.yaml says of members, when an operation is about to build it: an instance that was never deployed
// becomes a set of so many, with the steps and the time of one. Where it says something else than is so, that
// is a warning: scaling is an order of its own. Error: it cannot have so many.
Status TakeReplicas(Draft& draft, OperationRecord& record);

}  // namespace edm::master
