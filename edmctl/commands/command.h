#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"

namespace edm::ctl {

class Invocation;

struct Operand {
  enum class Count { kOne, kOptional, kMany, kRest };  // kRest: what stands behind "--"
  std::string name;                                    // "id", shown as ID
  Count count = Count::kOne;
};

struct Option {
  std::string names;  // "-f,--follow": short ones first
  std::string value;  // "DURATION"; empty: a flag
  std::string help;
  bool repeated = false;

  std::string Key() const;  // "follow"
};

// One verb. `run` returns the exit code, or the error that main prints and turns into one.
struct Command {
  std::string path;     // "op watch"
  std::string summary;  // one line, lower case
  std::vector<Operand> operands;
  std::vector<Option> options;
  Result<int> (*run)(Invocation&) = nullptr;

  std::string Group() const { return path.substr(0, path.find(' ')); }
};

// Made by the build from the list of verbs in CMakeLists.txt.
const std::vector<Command>& AllCommands();
// The text of <verb>.md; "" for none.
std::string HelpText(const std::string& verb);

const std::vector<Option>& GlobalOptions();

}  // namespace edm::ctl
