#pragma once

#include "edmctl/remote/worker_setup.h"

namespace edm::ctl {

// What was noted there when the machine was set up. Error kFailedPrecondition: it was not set up by edmctl.
Result<SetupJournal> FindJournal(DebianHost& host);

// Takes from a machine all that came with its worker: ends the worker, purges the packages, and removes what
// they leave. Packages that were there before, and those that somebody else has installed since, stay. Done
// again after it broke off, it goes on.
Status TearDownWorker(DebianHost& host, const SetupJournal& journal, const SayStep& say);

}  // namespace edm::ctl
