#pragma once

#include <string>
#include <vector>

#include "edmctl/commands/arguments.h"
#include "edmctl/commands/command.h"

namespace edm::ctl {

struct Parsed {
  const Command* command = nullptr;  // null: only help was asked for
  std::string help_for;              // "": an overview; a verb or group
  bool wants_help = false;
  Arguments arguments;  // global options included
};

// Error kInvalidArgument with "did you mean" for verbs and options mistyped, and the right verb for those
// that other programs use.
Result<Parsed> ParseCommandLine(const std::vector<Command>& commands, const std::vector<std::string>& words);

// The verb of ours for `rm`, `ps` and such; "" when the word means nothing here.
std::string MeantVerb(const std::string& word);

}  // namespace edm::ctl
