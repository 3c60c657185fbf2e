#include "edmctl/commands/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edmctl/commands/help_page.h"

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

// `operand`: the word behind the verb, which takes the place of ID in what is suggested.
Error UnknownVerb(const Words& known, const std::string& group, const std::string& word,
                  const std::string& operand) {
  const auto shown = Shown(word);
  const auto prefix = group.empty() ? std::string("edmctl ") : "edmctl " + group + " ";
  const auto cause = "there is no verb '" + (group.empty() ? "" : group + " ") + shown + "'";
  if (auto meant = MeantVerb(group.empty() ? word : group + " " + word); !meant.empty()) {
    const auto id = meant.find("ID");
    if (id != std::string::npos && !operand.empty()) meant.replace(id, 2, Shown(operand));
    return UsageError(cause, "the verb here is: edmctl " + meant);
  }
  const auto near = Nearest(word, known);
  return UsageError(cause,
                    near ? "did you mean: " + prefix + *near : prefix + "--help lists those there are");
}

std::string WordAt(const Words& words, const std::vector<std::size_t>& indices, std::size_t number) {
  return number < indices.size() ? words[indices[number]] : "";
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
    if (found == nullptr) return UnknownVerb(below, group, words[plain[1]], WordAt(words, plain, 2));
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(plain[1]));
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(plain[0]));
    return found;
  }
  const auto* found = named(group);
  if (found == nullptr) return UnknownVerb(VerbsUnder(commands, ""), "", group, WordAt(words, plain, 1));
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

const Option* Named(const std::vector<Option>& options, const std::string& name) {
  for (const auto& option : options) {
    if (std::ranges::count(NamesOf(option), name) > 0) return &option;
  }
  return nullptr;
}

// The first option typed that the command does not have: "--untill", or "-q" of "-fq". "" for none.
std::string UnknownOption(const std::vector<Option>& options, const Words& words) {
  for (const auto& word : words) {
    if (word == "--") break;
    if (word.starts_with("--")) {
      const auto name = word.substr(0, word.find('='));
      if (Named(options, name) == nullptr) return name;
      continue;
    }
    for (std::size_t i = 1; word.starts_with('-') && i < word.size(); ++i) {
      const auto name = std::string("-") + word[i];
      const auto* option = Named(options, name);
      if (option == nullptr) return name;
      if (!option->value.empty()) break;  // what follows is its value
    }
  }
  return {};
}

// The option that stands last and lacks its value; null for none.
const Option* LacksValue(const std::vector<Option>& options, const Words& words) {
  for (auto word = words.begin(); word != words.end(); ++word) {
    const auto* option = Named(options, *word);
    if (option == nullptr || option->value.empty()) continue;
    if (++word == words.end()) return option;
  }
  return nullptr;
}

Error Explained(const Command& command, const std::vector<Option>& options, const Words& words,
                const std::string& cause) {
  const auto verb = "edmctl " + command.path;
  if (const auto unknown = UnknownOption(options, words); !unknown.empty()) {
    Words known;
    for (const auto& option : options) {
      for (const auto& name : NamesOf(option)) known.push_back(name);
    }
    const bool of_another =
        !command.operands.empty() && command.operands.back().count == Operand::Count::kRest;
    const auto near = unknown.starts_with("--") ? Nearest(unknown, known) : std::nullopt;
    return UsageError(verb + " has no option " + Shown(unknown),
                      near         ? "did you mean " + *near + "?"
                      : of_another ? "options of the command stand behind --: " + UsageOf(command)
                                   : verb + " --help lists its options");
  }
  if (const auto* option = LacksValue(options, words)) {
    return UsageError(verb + ": " + NamesOf(*option).back() + " wants " + option->value,
                      verb + " --help shows examples");
  }
  return UsageError(verb + ": " + Shown(cause), verb + " --help");
}

// Gives the operands their names, in order.
Status Distribute(const Command& command, Words given, Arguments& arguments) {
  auto next = given.begin();
  for (const auto& operand : command.operands) {
    const bool many = operand.count == Operand::Count::kMany || operand.count == Operand::Count::kRest;
    if (next == given.end()) {
      if (operand.count != Operand::Count::kOne) continue;
      return UsageError("edmctl " + command.path + " wants " + Uppercase(operand.name),
                        "usage: " + UsageOf(command));
    }
    const auto end = many ? given.end() : next + 1;
    arguments.Set(operand.name, Words(next, end));
    next = end;
  }
  if (next == given.end()) return Ok();
  return UsageError("edmctl " + command.path + ": '" + Shown(*next) + "' is one word too many",
                    "usage: " + UsageOf(command));
}

Result<Arguments> ParseWords(const Command& command, Words words, const Words& rest) {
  auto options = command.options;
  options.insert(options.end(), GlobalOptions().begin(), GlobalOptions().end());
  CLI::App app;
  app.set_help_flag();
  std::vector<Slot> slots(options.size());
  for (std::size_t i = 0; i < options.size(); ++i) AddOption(app, options[i], slots[i]);
  Words operands;
  app.add_option("operands", operands)->expected(0, CLI::detail::expected_max_vector_size);
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
  operands.insert(operands.end(), rest.begin(), rest.end());
  EDM_CHECK(Distribute(command, std::move(operands), arguments));
  return arguments;
}

}  // namespace

Result<Parsed> ParseCommandLine(const std::vector<Command>& commands, const std::vector<std::string>& given) {
  auto words = given;
  if (!words.empty() && words[0] == "--version") words[0] = "version";
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
    if (plain.empty() && !help && !words.empty()) {
      return UsageError("edmctl " + Shown(words[0]) + " names no verb", "edmctl help lists them");
    }
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
