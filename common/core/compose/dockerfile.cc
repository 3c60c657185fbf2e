#include "common/core/compose/dockerfile.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/core/compose/interpolate.h"
#include "common/core/compose/rules/image.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return upper;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (auto& word : Split(text, ' ')) {
    for (auto& part : Split(word, '\t')) {
      if (!part.empty()) words.push_back(std::move(part));
    }
  }
  return words;
}

// "# name = value" in the lines before the first instruction; empty if there is none.
struct Directive {
  std::string name;
  std::string value;
};
Directive DirectiveOf(std::string_view line) {
  line = Trim(line);
  const auto mark = line.starts_with("//") ? 2U : line.starts_with('#') ? 1U : 0U;
  if (mark == 0) return {};
  line.remove_prefix(mark);
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  return {Folded(Trim(line.substr(0, equals))), std::string(Trim(line.substr(equals + 1)))};
}

char EscapeOf(const std::vector<std::string>& lines) {
  for (const auto& line : lines) {
    const auto directive = DirectiveOf(line);
    if (directive.name.empty()) break;
    if (directive.name == "escape" && directive.value == "`") return '`';
  }
  return '\\';
}

std::string Filled(std::string_view text, const Dockerfile::Arguments& variables) {
  auto filled = Interpolate(text, variables, {});
  return filled.ok() ? *filled : std::string(text);
}

// Quotes may stand around an image's name or an argument's value.
std::string Unquoted(std::string text) {
  std::erase_if(text, [](char c) { return c == '"' || c == '\''; });
  return text;
}

// ARG NAME[=default] ...: what a caller gave wins over the default.
void Declare(const Instruction& instruction, const Dockerfile::Arguments& given,
             Dockerfile::Arguments& variables) {
  for (const auto& word : Words(instruction.rest)) {
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    if (const auto found = given.find(name); found != given.end()) {
      variables[name] = found->second;
    } else if (equals != std::string::npos) {
      variables[name] = Unquoted(Filled(word.substr(equals + 1), variables));
    }
  }
}

// The image that a flag or the FROM line names; empty when it names none.
std::string FlagValue(std::string_view word, std::string_view flag) {
  return word.starts_with(flag) ? std::string(word.substr(flag.size())) : "";
}

class Judgement {
 public:
  Judgement(std::string_view file, const Dockerfile::Arguments& given) : file_(file), given_(given) {}

  void Look(const Instruction& instruction) {
    if (instruction.name == "ARG" || instruction.name == "ENV") Declare(instruction, given_, variables_);
    if (instruction.name == "FROM") From(instruction);
    if (instruction.name == "COPY" || instruction.name == "ADD") Copy(instruction);
    if (instruction.name == "ADD") Add(instruction);
    if (instruction.name == "RUN") Run(instruction);
    // Docker refuses an ONBUILD in an ONBUILD.
    if (instruction.name == "ONBUILD") {
      if (auto nested = Nested(instruction); nested.name != "ONBUILD") Look(nested);
    }
  }
  void Refuse(int line, std::string cause, std::string hint) {
    errors_.push_back(
        {Code::kInvalidArgument, file_ + ":" + std::to_string(line), std::move(cause), {}, std::move(hint)});
  }
  std::vector<Error> Take() { return std::move(errors_); }
  const std::set<std::string>& images() const { return images_; }
  bool adds_from_elsewhere() const { return adds_from_elsewhere_; }

 private:
  static Instruction Nested(const Instruction& outer) {
    const auto space = outer.rest.find_first_of(" \t");
    if (space == std::string::npos) return {Upper(outer.rest), "", outer.line};
    return {Upper(outer.rest.substr(0, space)), std::string(Trim(outer.rest.substr(space))), outer.line};
  }
  void Image(int line, const std::string& reference) {
    const auto name = Unquoted(Filled(reference, variables_));
    if (std::ranges::find(stages_, Folded(name)) != stages_.end()) return;
    const bool is_index = !name.empty() && name.size() < 3 &&
                          std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
    if (is_index) return;
    if (name != "scratch") images_.insert(name);
    if (const auto why = WhyNotImage(name)) Refuse(line, why->cause, why->instead);
  }
  void From(const Instruction& instruction) {
    std::vector<std::string> words;
    for (auto& word : Words(instruction.rest)) {
      if (!word.starts_with("--")) words.push_back(std::move(word));
    }
    if (words.empty()) return;
    Image(instruction.line, words[0]);
    if (words.size() >= 3 && Upper(words[1]) == "AS") stages_.push_back(Folded(words[2]));
  }
  void Copy(const Instruction& instruction) {
    for (const auto& word : Words(instruction.rest)) {
      if (const auto from = FlagValue(word, "--from="); !from.empty()) Image(instruction.line, from);
    }
  }
  void Add(const Instruction& instruction) {
    const auto text = Filled(instruction.rest, variables_);
    const bool by_url = text.find("://") != std::string::npos || text.find("git@") != std::string::npos;
    adds_from_elsewhere_ = adds_from_elsewhere_ || by_url;
  }
  void Run(const Instruction& instruction) {
    for (const auto& word : Words(instruction.rest)) {
      if (!word.starts_with("--")) break;
      if (FlagValue(word, "--network=") == "host") {
        Refuse(instruction.line, "a build step would share the machine's network", "remove --network=host");
      }
      if (FlagValue(word, "--security=") == "insecure") {
        Refuse(instruction.line, "a build step would drop its confinement", "remove --security=insecure");
      }
      if (!word.starts_with("--mount=")) continue;
      for (const auto& part : Split(Unquoted(word.substr(8)), ',')) {
        if (const auto from = FlagValue(part, "from="); !from.empty()) Image(instruction.line, from);
        if (part == "type=ssh")
          Refuse(instruction.line, "no keys are given to builds",
                 "fetch what is needed before, and commit it");
      }
    }
  }

  std::string file_;
  const Dockerfile::Arguments& given_;
  Dockerfile::Arguments variables_;
  std::vector<std::string> stages_;
  std::set<std::string> images_;
  bool adds_from_elsewhere_ = false;
  std::vector<Error> errors_;
};

}  // namespace

std::vector<Instruction> Dockerfile::Instructions(std::string_view text) {
  const auto lines = Split(text, '\n');
  const auto escape = EscapeOf(lines);
  std::vector<Instruction> instructions;
  std::string joined;
  int first = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto line = Trim(lines[i]);
    if (line.starts_with('#') || (line.empty() && joined.empty())) continue;
    if (joined.empty()) first = static_cast<int>(i) + 1;
    const bool goes_on = line.ends_with(escape);
    if (goes_on) line.remove_suffix(1);
    joined.append(line);
    if (goes_on && i + 1 < lines.size()) continue;
    const auto end = std::min(joined.find_first_of(" \t"), joined.size());
    instructions.push_back(
        {Upper(joined.substr(0, end)), std::string(Trim(std::string_view(joined).substr(end))), first});
    joined.clear();
  }
  return instructions;
}

std::vector<Error> Dockerfile::Judge(std::string_view text, std::string_view file,
                                     const Arguments& arguments) {
  Judgement judgement(file, arguments);
  const auto lines = Split(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text, '\n');
  // Any comment that could be taken for the directive counts, wherever it stands: readers differ in where
  // they stop.
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto directive = DirectiveOf(lines[i]);
    const bool is_json = i == 0 && Trim(text).starts_with('{');
    if (directive.name == "syntax" || is_json) {
      judgement.Refuse(static_cast<int>(i) + 1, "another frontend would be fetched and run to build it",
                       "remove the syntax line");
    }
  }
  for (const auto& instruction : Instructions(text)) judgement.Look(instruction);
  return judgement.Take();
}

std::optional<std::set<std::string>> Dockerfile::Images(std::string_view text, const Arguments& arguments) {
  Judgement judgement("", arguments);
  for (const auto& instruction : Instructions(text)) judgement.Look(instruction);
  if (judgement.adds_from_elsewhere()) return std::nullopt;
  return judgement.images();
}

std::vector<std::string> Dockerfile::ExposedPorts(std::string_view text, const Arguments& arguments) {
  std::vector<std::string> ports;
  Arguments variables;
  for (const auto& instruction : Instructions(text)) {
    if (instruction.name == "FROM") ports.clear();
    if (instruction.name == "ARG" || instruction.name == "ENV") Declare(instruction, arguments, variables);
    if (instruction.name != "EXPOSE") continue;
    for (const auto& word : Words(instruction.rest)) {
      const auto port = Folded(Filled(word, variables));
      const auto number = port.substr(0, port.find('/'));
      const bool is_port =
          !number.empty() && std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
      if (is_port && std::ranges::find(ports, port) == ports.end()) ports.push_back(port);
    }
  }
  return ports;
}

}  // namespace edm::compose
