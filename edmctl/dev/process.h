#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "edmctl/dev/record.h"

namespace edm::ctl {

// The mark of a living process; pid 0 when there is none, or only a zombie.
ProcessMark MarkOf(pid_t pid);
bool IsAlive(const ProcessMark& mark);

// Starts a program in a session of its own that outlives us, with input from nowhere and output to the end of
// `log`. It gets PATH, HOME, proxies and the like of our environment, and nothing of EDM_*.
Result<ProcessMark> StartDetached(const std::vector<std::string>& argv, const std::string& log);

// SIGTERM, then SIGKILL after `patience`. Does nothing to a process that is not the one marked.
void StopProcess(const ProcessMark& mark, Millis patience);

// The folder of our own program first, then PATH. Error kNotFound.
Result<std::string> FindProgram(const std::string& name);

}  // namespace edm::ctl
