#pragma once

#include "master/core/draft.h"

namespace edm::master {

// Removes what has been kept long enough: ended operations, request ids, tokens that ended. An operation that
// a request id stands for stays as long as that does; both go soon after their instance was deleted.
void Sweep(Draft& draft);

}  // namespace edm::master
