#pragma once

#include "common/adapters/metrics/exposition.h"

namespace edm {

// process_* as every Prometheus client has them, of this process; what /proc does not tell is left out.
void ExposeProcess(Exposition& to);

}  // namespace edm
