#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/adapters/config/settings.h"
#include "common/base/result.h"

namespace edm {

// What stood on the command line besides settings.
struct CommandLine {
  std::string command;  // the first operand: "join", "hook"; "" for none
  bool help = false;
  bool version = false;
  bool check_config = false;
  std::string file;  // that was named, or the default one, which may not be there
  std::vector<std::pair<std::string, std::string>> extras;  // flags that the program itself asked for
};

struct LoadRequest {
  std::span<const char* const> argv;  // argv[0] included
  std::vector<std::pair<std::string, std::string>> environment;
  std::string default_file;              // read when it is there: /etc/edm/master.yaml
  std::vector<std::string> commands;     // operands that are known
  std::vector<std::string> extra_flags;  // "--token-file": each takes a value
};

// Fills `settings`: defaults, then the file (--config, or the default one), then the environment, then flags.
// Errors are kInvalidArgument and name file, line and column, or the variable, or the flag; an unknown one
// names the nearest that is known.
Result<CommandLine> LoadSettings(Settings& settings, const LoadRequest& request);

// For --help: one line a key, with variable and flag.
std::string DescribeSettings(const Settings& settings);

// For --check-config: one line a key, with its value and where it came from.
std::string ShowSettings(const Settings& settings);

}  // namespace edm
