#pragma once

#include "master/core/draft.h"

namespace edm::master {

// Ends an open operation at once, or, when a worker is at it, once the worker has let go of it.
Result<Accepted> Cancel(Draft& draft, const CancelOperation& command);

}  // namespace edm::master
