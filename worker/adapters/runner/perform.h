#pragma once

#include "common/base/result.h"
#include "worker/adapters/runner/job.h"
#include "worker/core/effect.h"

namespace edm::worker {

// Performs one effect, blocking. Changes `job`'s records, which the caller writes to the journal afterwards.
// Done again after a crash it finds its work done. kEnd and kNone are not performed here.
Status Perform(Effect effect, Job& job);

}  // namespace edm::worker
