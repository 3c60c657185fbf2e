#pragma once

#include <functional>

#include "worker/adapters/runner/job.h"

namespace edm::worker {

// Calls again while a peer is away, some 20 s in all: a master that restarts is no failure of an attempt.
// Ends early when the job is stopped. On the calling thread.
Status Patiently(const Job& job, const std::function<Status()>& call);

}  // namespace edm::worker
