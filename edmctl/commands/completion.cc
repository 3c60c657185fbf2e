#include "common/model/names.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/completion_script.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

const std::string kZshPrologue =
    "#compdef edmctl\n"
    "(( $+functions[compdef] )) || { autoload -U compinit && compinit }\n"
    "autoload -U +X bashcompinit && bashcompinit\n";

Result<int> Completion(Invocation& invocation) {
  const auto shell = invocation.args.Text("shell");
  if (shell == "bash") {
    invocation.Out(CompletionScript(AllCommands()));
  } else if (shell == "zsh") {
    invocation.Out(kZshPrologue + CompletionScript(AllCommands()));
  } else {
    return UsageError("there is no completion for '" + Shown(shell) + "'", "bash or zsh");
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> CompletionCommands() {
  return {{"completion", "completion for your shell: bash or zsh", {{"shell"}}, {}, Completion}};
}

}  // namespace edm::ctl
