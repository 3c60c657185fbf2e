#pragma once

#include <string>
#include <vector>

#include "edmctl/commands/command.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

// Every verb with its line.
std::string RenderOverview(const Terminal& terminal, const std::vector<Command>& commands);

// A verb ("deploy", "op watch") or a group ("op"): usage, text with examples, options.
// Error kInvalidArgument: there is no such verb.
Result<std::string> RenderHelp(const Terminal& terminal, const std::vector<Command>& commands,
                               const std::string& path);

// "edmctl exec [OPTIONS] TARGET -- COMMAND...".
std::string UsageOf(const Command& command);
// How operands are written for people: "id" is ID.
std::string Uppercase(std::string text);

}  // namespace edm::ctl
