#include "edmctl/commands/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::ctl {
namespace {

using Words = std::vector<std::string>;

Words NamesOf(const Option& option) { return Split(option.names, ','); }

const Option* GlobalNamed(const std::string& word) {
  for (const auto& option : GlobalOptions()) {
    if (std::ranges::count(NamesOf(option), word) > 0) return &option;
  }
  return nullptr;
}

// Indices of the words that are neither global options nor their values, up to "--".
std::vector<std::size_t> PlainWords(const Words& words) {
  std::vector<std::size_t> plain;
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const auto* global = GlobalNamed(words[i]);
    if (global != nullptr && !global->value.empty()) ++i;
    if (global == nullptr && !words[i].starts_with('-')) plain.push_back(i);
  }
  return plain;
}

Words VerbsUnder(const std::vector<Command>& commands, const std::string& group) {
  std::set<std::string> verbs;
  for (const auto& command : commands) {
    if (group.empty()) {
      verbs.insert(command.Group());
    } else if (command.Group() == group && command.path != group) {
      verbs.insert(command.path.substr(group.size() + 1));
    }
  }
  return {verbs.begin(), verbs.end()};
}

Error UnknownVerb(const Words& known, const std::string& group, const std::string& word) {
  const auto shown = Shown(word);
  const auto prefix = group.empty() ? std::string("edmctl ") : "edmctl " + group + " ";
  if (const auto meant = group.empty() ? MeantVerb(word) : ""; !meant.empty()) {
    return UsageError("there is no verb '" + shown + "'", "the verb here is: edmctl " + meant);
  }
  const auto near = Nearest(word, known);
  return UsageError("there is no verb '" + (group.empty() ? "" : group + " ") + shown + "'",
                    near ? "did you mean: " + prefix + *near : prefix + "--help lists those there are");
}

// The command that the first plain words name, which are taken out of `words`.
Result<const Command*> TakeCommand(const std::vector<Command>& commands, Words& words) {
  const auto plain = PlainWords(words);
  EDM_ASSERT(!plain.empty());
  const auto group = words[plain[0]];
  const auto named = [&](const std::string& path) {
    const auto found = std::ranges::find(commands, path, &Command::path);
    return found == commands.end() ? nullptr : &*found;
  };
  const auto below = VerbsUnder(commands, group);
  if (!below.empty()) {
    if (plain.size() < 2) {
      return UsageError("edmctl " + group + " needs a verb", "one of: " + Join(below, ", "));
    }
    const auto* found = named(group + " " + words[plain[1]]);
    if (found == nullptr) return UnknownVerb(below, group, words[plain[1]]);
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(plain[1]));
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(plain[0]));
    return found;
  }
  const auto* found = named(group);
  if (found == nullptr) return UnknownVerb(VerbsUnder(commands, ""), "", group);
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(plain[0]));
  return found;
}

struct Slot {
  std::string name;
  Words values;
  bool flag = false;
  CLI::Option* option = nullptr;
};

void AddOption(CLI::App& app, const Option& option, Slot& slot) {
  slot.name = option.Key();
  if (option.value.empty()) {
    slot.option = app.add_flag(option.names, slot.flag);
    return;
  }
  slot.option = app.add_option(option.names, slot.values)->expected(1)->allow_extra_args(false);
  slot.option->multi_option_policy(option.repeated ? CLI::MultiOptionPolicy::TakeAll
                                                   : CLI::MultiOptionPolicy::TakeLast);
}

void AddOperand(CLI::App& app, const Operand& operand, Slot& slot) {
  slot.name = operand.name;
  slot.option = app.add_option(operand.name, slot.values);
  const bool many = operand.count == Operand::Count::kMany || operand.count == Operand::Count::kRest;
  if (many) {
    slot.option->expected(0, CLI::detail::expected_max_vector_size);
  } else {
    slot.option->expected(1);
  }
  if (operand.count == Operand::Count::kOne) slot.option->required();
}

Error Explained(const Command& command, const std::vector<Option>& options, const Words& words,
                const std::string& cause) {
  Words known;
  for (const auto& option : options) {
    for (const auto& name : NamesOf(option)) known.push_back(name);
  }
  for (const auto& word : words) {
    const auto name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || name == "--" || std::ranges::count(known, name) > 0) continue;
    const auto near = Nearest(name, known);
    return UsageError(
        "edmctl " + command.path + " has no option " + Shown(name),
        near ? "did you mean " + *near + "?" : "edmctl " + command.path + " --help lists its options");
  }
  return UsageError("edmctl " + command.path + ": " + Shown(cause), "edmctl " + command.path + " --help");
}

Result<Arguments> ParseWords(const Command& command, Words words, const Words& rest) {
  auto options = command.options;
  options.insert(options.end(), GlobalOptions().begin(), GlobalOptions().end());
  CLI::App app;
  app.set_help_flag();
  std::vector<Slot> slots(options.size() + command.operands.size());
  for (std::size_t i = 0; i < options.size(); ++i) AddOption(app, options[i], slots[i]);
  for (std::size_t i = 0; i < command.operands.size(); ++i) {
    AddOperand(app, command.operands[i], slots[options.size() + i]);
  }
  try {
    auto reversed = words;
    std::ranges::reverse(reversed);  // as CLI11 takes them
    app.parse(reversed);
  } catch (const CLI::Error& error) {
    return Explained(command, options, words, error.what());
  }
  Arguments arguments;
  for (auto& slot : slots) {
    if (slot.option->count() > 0) arguments.Set(slot.name, std::move(slot.values));
  }
  if (!rest.empty()) arguments.Set(command.operands.back().name, rest);
  return arguments;
}

}  // namespace

Result<Parsed> ParseCommandLine(const std::vector<Command>& commands, const std::vector<std::string>& given) {
  auto words = given;
  const auto split = std::ranges::find(words, "--");
  const auto wants = [&](const char* word) { return std::find(words.begin(), split, word) != split; };
  const bool help = wants("--help") || wants("-h");
  const auto plain = PlainWords(words);
  Parsed parsed;
  if (plain.empty() || help) {
    parsed.wants_help = true;
    if (!plain.empty()) parsed.help_for = words[plain[0]];
    if (plain.size() > 1) {
      const auto path = parsed.help_for + " " + words[plain[1]];
      if (std::ranges::count(commands, path, &Command::path) > 0) parsed.help_for = path;
    }
    if (plain.empty() && !help && !words.empty()) return UsageError("no verb was given", "edmctl help");
    return parsed;
  }
  EDM_TRY(parsed.command, TakeCommand(commands, words));
  Words rest;
  const auto& operands = parsed.command->operands;
  const auto marker = std::ranges::find(words, "--");
  if (!operands.empty() && operands.back().count == Operand::Count::kRest && marker != words.end()) {
    rest.assign(marker + 1, words.end());
    words.erase(marker, words.end());
  }
  EDM_TRY(parsed.arguments, ParseWords(*parsed.command, words, rest));
  return parsed;
}

}  // namespace edm::ctl
