#pragma once

#include "common/adapters/config/settings.h"
#include "worker/app/options.h"

namespace edm::worker {

// Every key of a worker's configuration, bound to `options`, which must outlive the result.
edm::Settings BindSettings(WorkerOptions& options);

}  // namespace edm::worker
