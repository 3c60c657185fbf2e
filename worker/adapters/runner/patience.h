#pragma once

#include <functional>

#include "worker/adapters/runner/job.h"

namespace edm::worker {

// Calls again while a peer is away, some 20 s in all: a master or an engine that restarts is no failure of an
// attempt.
// Ends early when the job is stopped. On the calling thread.
Status Patiently(const Job& job, const std::function<Status()>& call);

// The same for peers that are slow, of calls that may be made twice: an engine under load, a master whose
// disk is full.
Status Insist(const Job& job, const std::function<Status()>& call);

// Calls again while the engine has something in the way (kAborted, kAlreadyExists), some 5 s in all: it
// finishes what a kill or a cancellation broke off a moment later, and then it can be taken over. Ends early
// when the job is stopped.
Status Unhindered(const Job& job, const std::function<Status()>& call);

// Awaits readiness through restarts of the engine, which say nothing about a release. Progress is logged
// behind `prefix`.
Result<ReadyReport> AwaitPatiently(Job& job, const ReadyRequest& request, const std::string& prefix,
                                   std::stop_token stop);

}  // namespace edm::worker
