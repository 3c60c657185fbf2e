#pragma once

#include <functional>
#include <string>
#include <vector>

#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"

namespace edm::ctl {

// The verbs of `worker` that go to machines over ssh.
std::vector<Command> WorkerHostCommands();

// A verb's own options, and those of every verb that does.
std::vector<Option> WithSsh(std::vector<Option> own);

// Takes away from the machine at `url` what `worker add` put there. `once_there` is told whose machine it is
// before anything is done; its error ends it all.
Result<int> TakeDown(Invocation& invocation, const std::string& url,
                     const std::function<Status(const std::string& id)>& once_there);

}  // namespace edm::ctl
