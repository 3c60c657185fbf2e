#include "edmctl/commands/completion_script.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "common/base/text.h"

namespace edm::ctl {
namespace {

using Words = std::vector<std::string>;

// Names of files may hold anything, and `compgen -W` would expand it.
constexpr const char* kFolders = "COMPREPLY=($(compgen -d -- \"$cur\")); return";
constexpr const char* kFiles = "COMPREPLY=($(compgen -f -- \"$cur\")); return";

// A shell word list for what an operand or the value of an option may be; what is not here completes to
// nothing. "path name" beats "name".
const std::map<std::string, std::string>& Sources() {
  static const std::map<std::string, std::string> kSources = {
      {"id", "$(\"$edm\" ls --quiet 2>/dev/null)"},
      {"exec target", "$(\"$edm\" ls --quiet 2>/dev/null)"},
      {"operation", "$(\"$edm\" op ls --quiet 2>/dev/null)"},
      {"worker", "$(\"$edm\" worker ls --quiet 2>/dev/null)"},
      {"token", "$(\"$edm\" token ls --quiet 2>/dev/null)"},
      {"context use name", "$(\"$edm\" context ls --quiet 2>/dev/null)"},
      {"context add name", "$(\"$edm\" context ls --quiet 2>/dev/null)"},
      {"deploy target", kFolders},
      {"folder", kFolders},
      {"shell", "bash zsh"},
      {"program", "master worker"},
      {"verb", "$verbs"},
      {"--id", "$(\"$edm\" ls --quiet 2>/dev/null)"},
      {"--context", "$(\"$edm\" context ls --quiet 2>/dev/null)"},
      {"ls --worker", "$(\"$edm\" worker ls --quiet 2>/dev/null)"},
      {"--until", "source built running"},
      {"--for", "running built stopped deleted"},
      {"ls --phase", "running stopped failed building starting built pending"},
      {"op ls --state", "pending running done failed cancelled expired"},
      {"--env-file", kFiles},
      {"--token-file", kFiles},
      {"--ca-file", kFiles},
  };
  return kSources;
}

std::string SourceOf(const std::string& path, const std::string& name) {
  for (const auto& key : {path + " " + name, name}) {
    if (const auto found = Sources().find(key); found != Sources().end()) return found->second;
  }
  return {};
}

std::string Line(const std::string& pattern, const std::string& words) {
  const bool is_command = words == kFolders || words == kFiles;
  return "      " + pattern + ") " + (is_command ? words : "words=\"" + words + "\"") + " ;;\n";
}

// What the commands say, turned into the patterns of the script's case statements.
class Tables {
 public:
  explicit Tables(const std::vector<Command>& commands) {
    for (const auto& option : GlobalOptions()) Add("*", option, global_);
    for (const auto& command : commands) {
      if (command.Group() == "git-credential") continue;  // git runs it
      Add(command);
    }
  }

  std::string Script() const {
    return "# bash completion for edmctl; made by: edmctl completion bash\n"
           "_edmctl() {\n"
           "  local edm=\"${COMP_WORDS[0]}\" cur=\"${COMP_WORDS[COMP_CWORD]}\" verb=\"\" value=\"\" "
           "operands=0 words=\"\" i word\n"
           "  local verbs=\"" +
           Join(verbs_, " ") +
           "\"\n"
           "  COMPREPLY=()\n"
           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "    word=\"${COMP_WORDS[i]}\"\n"
           "    case \"$verb:$word\" in\n"
           "      " +
           Join(with_value_, "|") +
           ") value=\"$word\"; i=$((i + 1)); continue ;;\n"
           "    esac\n"
           "    case \"$word\" in -*) continue ;; esac\n"
           "    case \"$verb\" in\n"
           "      \"\") verb=\"$word\" ;;\n"
           "      " +
           Join(groups_, "|") +
           ") verb=\"$verb $word\" ;;\n"
           "      *) operands=$((operands + 1)) ;;\n"
           "    esac\n"
           "  done\n"
           "  if [ -n \"$value\" ] && [ \"$i\" -gt \"$COMP_CWORD\" ]; then\n"
           "    case \"$verb:$value\" in\n" +
           values_ +
           "    esac\n"
           "  elif [ \"${cur#-}\" != \"$cur\" ]; then\n"
           "    case \"$verb\" in\n" +
           options_ +
           "    esac\n"
           "    words=\"$words " +
           Join(global_, " ") +
           "\"\n"
           "  else\n"
           "    case \"$verb:$operands\" in\n"
           "      :*) words=\"$verbs\" ;;\n" +
           below_ + operands_ +
           "    esac\n"
           "  fi\n"
           "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
           "}\n"
           "complete -F _edmctl edmctl\n";
  }

 private:
  void Add(const std::string& path, const Option& option, Words& names) {
    for (const auto& name : Split(option.names, ',')) {
      names.push_back(name);
      if (option.value.empty()) continue;
      const auto pattern = (path == "*" ? "*" : "\"" + path + "\"") + ":" + name;
      with_value_.push_back(pattern);
      if (const auto source = SourceOf(path, name); !source.empty()) values_ += Line(pattern, source);
    }
  }

  void Add(const Command& command) {
    const auto group = command.Group();
    if (std::ranges::count(verbs_, group) == 0) verbs_.push_back(group);
    if (command.path != group) AddBelow(group, command.path.substr(group.size() + 1));
    Words names;
    for (const auto& option : command.options) Add(command.path, option, names);
    options_ += Line("\"" + command.path + "\"", Join(names, " "));
    std::size_t number = 0;
    for (const auto& operand : command.operands) {
      const bool many = operand.count == Operand::Count::kMany;
      const auto source = SourceOf(command.path, operand.name);
      if (!source.empty())
        operands_ += Line("\"" + command.path + "\":" + (many ? "*" : std::to_string(number)), source);
      ++number;
    }
  }

  void AddBelow(const std::string& group, const std::string& verb) {
    if (std::ranges::count(groups_, group) == 0) groups_.push_back(group);
    const auto pattern = group + ":*) words=\"";
    if (const auto at = below_.find("      " + pattern); at != std::string::npos) {
      below_.insert(below_.find('"', at) + 1, verb + " ");
    } else {
      below_ += Line(group + ":*", verb);
    }
  }

  Words verbs_, groups_, global_;
  Words with_value_;  // patterns "path:option"
  std::string values_, options_, below_, operands_;
};

}  // namespace

std::string CompletionScript(const std::vector<Command>& commands) { return Tables(commands).Script(); }

}  // namespace edm::ctl
