#pragma once

#include <string>
#include <vector>

#include "edmctl/commands/command.h"

namespace edm::ctl {

// A bash script (bash 3.2 and later; zsh with bashcompinit) that completes verbs, options, their values and
// operands. Ids it asks edmctl for, whenever a key is pressed.
std::string CompletionScript(const std::vector<Command>& commands);

}  // namespace edm::ctl
