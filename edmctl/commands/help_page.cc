#include "edmctl/commands/help_page.h"

#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edmctl/commands/arguments.h"
#include "edmctl/commands/parse.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kHelpColumns = 80;   // of the narrowest terminal that help is written for
constexpr std::size_t kVerbColumn = 14;    // where what a verb does begins
constexpr std::size_t kOptionColumn = 26;  // where what an option means begins

// How the overview is arranged; a verb that is not here stands under "more".
const std::vector<std::pair<std::string, std::vector<std::string>>>& Chapters() {
  static const std::vector<std::pair<std::string, std::vector<std::string>>> kChapters = {
      {"every day", {"deploy", "ls", "status", "show", "logs", "url", "open", "why", "top"}},
      {"instances",
       {"build", "start", "stop", "restart", "refresh", "rollback", "releases", "exec", "wait", "delete",
        "set", "scale", "plan", "move", "recover"}},
      {"source", {"init", "validate", "remote", "template"}},
      {"cluster", {"dev", "context", "worker", "token", "op", "events", "backup", "restore", "version"}},
  };
  return kChapters;
}

std::string Padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 2, width), ' ');
  return text;
}

// `help` behind `label`, its further lines at `column`.
std::string Wrapped(std::string label, const std::string& help, std::size_t column) {
  std::string text;
  auto line = std::move(label);
  bool fresh = true;  // no word of the help stands in the line yet
  for (const auto& word : Split(help, ' ')) {
    if (!fresh && line.size() + 1 + word.size() >= kHelpColumns) {
      text += line + "\n";
      line = std::string(column, ' ');
      fresh = true;
    }
    line += (fresh ? "" : " ") + word;
    fresh = false;
  }
  return text + line + "\n";
}

std::string OptionLines(const std::vector<Option>& options) {
  std::string text;
  for (const auto& option : options) {
    auto names = Join(Split(option.names, ','), ", ");
    if (!option.value.empty()) names += " " + option.value;
    text += Wrapped("  " + Padded(names, kOptionColumn - 2), option.help, kOptionColumn);
  }
  return text;
}

}  // namespace

std::string Uppercase(std::string text) {
  for (auto& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::string UsageOf(const Command& command) {
  auto usage = "edmctl " + command.path;
  if (!command.options.empty()) usage += " [OPTIONS]";
  for (const auto& operand : command.operands) {
    const auto name = Uppercase(operand.name);
    switch (operand.count) {
      case Operand::Count::kOne:
        usage += " " + name;
        break;
      case Operand::Count::kOptional:
        usage += " [" + name + "]";
        break;
      case Operand::Count::kMany:
        usage += " [" + name + "...]";
        break;
      case Operand::Count::kRest:
        usage += " -- " + name + "...";
        break;
    }
  }
  return usage;
}

std::string RenderOverview(const Terminal& terminal, const std::vector<Command>& commands) {
  std::map<std::string, std::vector<const Command*>> groups;
  for (const auto& command : commands) groups[command.Group()].push_back(&command);
  std::string text = "edmctl turns a folder (compose file or Dockerfile) into a running instance.\n";
  const auto add = [&](const std::string& verb) {
    const auto& members = groups[verb];
    std::vector<std::string> below;
    for (const auto* member : members) {
      if (member->path != verb) below.push_back(member->path.substr(verb.size() + 1));
    }
    const auto summary = below.empty() ? members.front()->summary : Join(below, ", ");
    text += Wrapped("  " + Padded(verb, kVerbColumn - 2), summary, kVerbColumn);
    groups.erase(verb);
  };
  for (const auto& [title, verbs] : Chapters()) {
    text += "\n" + Toned(terminal, Tone::kStrong, title) + "\n";
    for (const auto& verb : verbs) {
      if (groups.contains(verb)) add(verb);
    }
  }
  groups.erase("git-credential");  // git runs it, nobody types it
  text += "\n" + Toned(terminal, Tone::kStrong, "more") + "\n";
  while (!groups.empty()) add(groups.begin()->first);
  text += "\n" + Toned(terminal, Tone::kStrong, "options everywhere") + "\n" + OptionLines(GlobalOptions());
  return text +
         "\nExit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 not allowed,\n"
         "5 cannot reach the master, 6 timed out, 7 cancelled, 8 conflict.\n"
         "edmctl VERB --help shows examples. To begin: edmctl dev up, then edmctl deploy.\n";
}

Result<std::string> RenderHelp(const Terminal& terminal, const std::vector<Command>& commands,
                               const std::string& path) {
  std::string text;
  std::vector<std::string> groups;
  for (const auto& command : commands) {
    groups.push_back(command.Group());
    if (command.path != path && command.Group() != path) continue;
    text += "usage: " + UsageOf(command) + "\n  " + command.summary + "\n";
    if (!command.options.empty()) text += OptionLines(command.options);
    text += "\n";
  }
  if (text.empty()) {
    const auto meant = MeantVerb(path);
    const auto near = Nearest(path, groups);
    auto hint = !meant.empty() ? "the verb here is: edmctl " + meant
                : near         ? "did you mean: edmctl help " + *near
                               : "edmctl help";
    return UsageError("there is no verb '" + Shown(path) + "'", std::move(hint));
  }
  text += HelpText(path.substr(0, path.find(' ')));
  return text + "\n" + Toned(terminal, Tone::kStrong, "options everywhere") + "\n" +
         OptionLines(GlobalOptions());
}

}  // namespace edm::ctl
