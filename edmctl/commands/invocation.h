#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "edmctl/client/contexts.h"
#include "edmctl/client/folders.h"
#include "edmctl/client/master_client.h"
#include "edmctl/client/paths.h"
#include "edmctl/commands/arguments.h"
#include "edmctl/output/progress.h"
#include "edmctl/output/terminal.h"

namespace edm::ctl {

// What a verb works with: its arguments, the terminal, and the master, which is dialled when first asked for.
class Invocation {
 public:
  Invocation(Arguments arguments, Variables variables);

  const Arguments args;
  const Variables variables;
  Paths paths;
  Terminal terminal;        // of standard output
  Terminal error_terminal;  // of standard error
  Mode mode = Mode::kHuman;
  bool interactive = false;  // a person can be asked: standard input and error are terminals

  bool json() const { return mode == Mode::kJson; }
  bool quiet() const { return mode == Mode::kQuiet; }

  void Out(std::string_view text) const;
  void Err(std::string_view text) const;
  // As REST has it, on a line of its own.
  void Print(const google::protobuf::Message& message) const;
  // On standard error, unless --quiet.
  void Warn(const std::string& text) const;
  void Note(const std::string& text) const;

  Result<const Context*> CurrentContext();
  Result<MasterClient*> Master();

  // The operand `id`, else the instance that the working folder was deployed as.
  Result<std::string> InstanceId();
  // The working folder without links.
  static Result<std::string> WorkingFolder();

 private:
  std::optional<Context> context_;
  std::unique_ptr<MasterClient> master_;
};

WallTime WallNow();

}  // namespace edm::ctl
