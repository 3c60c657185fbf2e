#pragma once

#include "edmctl/commands/invocation.h"

namespace edm::ctl {

// Verbs that change a worker; each says in a sentence what is so now.
Result<int> Cordon(Invocation& invocation);
Result<int> Uncordon(Invocation& invocation);
Result<int> Label(Invocation& invocation);
Result<int> RemoveWorker(Invocation& invocation);
Result<int> ResumeMoves(Invocation& invocation);

// Empties a worker: shows what is still there until nothing is, or until --deadline, and asks about what
// keeps data.
Result<int> Drain(Invocation& invocation);

}  // namespace edm::ctl
