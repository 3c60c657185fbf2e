#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/adapters/config/load.h"
#include "common/adapters/config/settings.h"
#include "common/base/result.h"

namespace edm {

// What differs between the daemons' command lines.
struct Program {
  std::string name;   // "edm-master"
  std::string usage;  // the first lines of --help
  std::string version;
  std::string default_file;
  std::vector<std::string> commands;
  std::vector<std::string> extra_flags;
};

// Reads the settings, answers --help, --version and --check-config, else calls `run` and returns what it
// returns.
int RunProgram(const Program& program, Settings& settings, int argc, char** argv,
               const std::function<int(const CommandLine&)>& run);

// Prints the error for a person. Returns the exit code: 2 for what they wrote, 1 for all else.
int Complain(const std::string& program, const Error& error);

}  // namespace edm
