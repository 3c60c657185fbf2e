#include <map>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

// For each verb, what may stand behind it: the verbs below it, or its options.
std::map<std::string, std::vector<std::string>> WordsByVerb() {
  std::map<std::string, std::vector<std::string>> words;
  for (const auto& command : AllCommands()) {
    const auto group = command.Group();
    if (command.path != group) {
      words[group].push_back(command.path.substr(group.size() + 1));
    } else {
      words[group];
    }
    for (const auto& option : command.options) {
      for (const auto& name : Split(option.names, ',')) words[command.path].push_back(name);
    }
  }
  return words;
}

// Verbs whose first operand is an instance.
std::vector<std::string> InstanceVerbs() {
  std::vector<std::string> verbs;
  for (const auto& command : AllCommands()) {
    if (!command.operands.empty() && command.operands[0].name == "id") verbs.push_back(command.path);
  }
  return verbs;
}

std::string BashScript() {
  const auto words = WordsByVerb();
  std::vector<std::string> verbs;
  std::string cases;
  std::vector<std::string> groups;
  for (const auto& [path, below] : words) {
    if (path.find(' ') == std::string::npos) verbs.push_back(path);
    if (words.contains(path + " " + (below.empty() ? "" : below[0]))) groups.push_back(path);
    cases += "    \"" + path + "\") words=\"" + Join(below, " ") + "\" ;;\n";
  }
  std::vector<std::string> global;
  for (const auto& option : GlobalOptions()) {
    for (const auto& name : Split(option.names, ',')) global.push_back(name);
  }
  return "# bash completion for edmctl; made by: edmctl completion bash\n"
         "_edmctl() {\n"
         "  local cur=\"${COMP_WORDS[COMP_CWORD]}\" verb=\"${COMP_WORDS[1]}\" path words\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W \"" +
         Join(verbs, " ") +
         "\" -- \"$cur\"))\n"
         "    return\n"
         "  fi\n"
         "  path=\"$verb\"\n"
         "  case \"$verb\" in\n"
         "    " +
         Join(groups, "|") +
         ")\n"
         "      [ \"$COMP_CWORD\" -gt 2 ] && path=\"$verb ${COMP_WORDS[2]}\" ;;\n"
         "  esac\n"
         "  case \"$path\" in\n" +
         cases +
         "  esac\n"
         "  case \"$cur\" in\n"
         "    -*) COMPREPLY=($(compgen -W \"$words " +
         Join(global, " ") +
         "\" -- \"$cur\")); return ;;\n"
         "  esac\n"
         "  case \"$path\" in\n"
         "    \"" +
         Join(InstanceVerbs(), "\"|\"") +
         "\")\n"
         "      words=\"$(edmctl ls --quiet 2>/dev/null)\" ;;\n"
         "    deploy|init|validate|\"template push\") COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "}\n"
         "complete -F _edmctl edmctl\n";
}

Result<int> Completion(Invocation& invocation) {
  const auto shell = invocation.args.Text("shell");
  if (shell == "bash") {
    invocation.Out(BashScript());
  } else if (shell == "zsh") {
    invocation.Out("#compdef edmctl\nautoload -U +X bashcompinit && bashcompinit\n" + BashScript());
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
