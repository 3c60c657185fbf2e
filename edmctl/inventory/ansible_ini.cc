#include <optional>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edmctl/inventory/ansible.h"
#include "edmctl/inventory/ini_words.h"
#include "edmctl/inventory/read.h"

namespace edm::ctl {
namespace {

enum class Section : std::uint8_t { kHosts, kVariables, kChildren };

const std::vector<std::string> kKinds{"hosts", "vars", "children"};

class IniReader {
 public:
  explicit IniReader(const std::string& file) : draft_(file) {}

  Result<Inventory> Read(std::string_view text) && {
    int number = 0;
    while (!text.empty()) {
      const auto end = text.find('\n');
      auto line = text.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ReadLine(line, ++number);
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
    return WorkersOf(std::move(draft_), inventory_);
  }

 private:
  void ReadLine(std::string_view line, int number) {
    const auto trimmed = Trim(line);
    if (trimmed.empty() || trimmed.front() == '#' || trimmed.front() == ';') return;
    const yaml::Position at{number, static_cast<int>(trimmed.data() - line.data()) + 1};
    if (trimmed.front() == '[' && trimmed.find(']') + 1 == WithoutRemark(trimmed).size())
      return BeginSection(WithoutRemark(trimmed), at);
    if (section_ == Section::kVariables) return ReadVariable(trimmed, at);
    const auto words = IniWords(trimmed);
    if (!words.ok()) return draft_.problems.Add(at, "", words.error().cause, words.error().hint);
    if (section_ == Section::kChildren) return ReadChild(*words, at);
    ReadHost(*words, at);
  }

  void BeginSection(std::string_view line, yaml::Position at) {
    const auto inside = line.substr(1, line.size() - 2);
    const auto colon = inside.find(':');
    group_ = std::string(inside.substr(0, colon));
    const auto kind = colon == std::string_view::npos ? "hosts" : inside.substr(colon + 1);
    section_ = kind == "vars"       ? Section::kVariables
               : kind == "children" ? Section::kChildren
                                    : Section::kHosts;
    const yaml::Position kind_at{at.line, at.column + static_cast<int>(colon) + 2};
    if (section_ == Section::kHosts && kind != "hosts") {
      draft_.problems.Add(kind_at, Shown(inside), Shown(kind) + " is no kind of section",
                          MeantOr(kind, kKinds, "[group], [group:vars] or [group:children]"));
    }
    if (group_.empty()) draft_.problems.Add(at, "", "the section has no name", "[web]");
    auto& group = inventory_.groups[group_];
    if (group.at.line == 0) group.at = at;
  }

  // name = value, to the end of the line.
  void ReadVariable(std::string_view line, yaml::Position at) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
      return draft_.problems.Add(at, Shown(line), "it is no variable", "name=value");
    auto value = Trim(WithoutRemark(line.substr(equals + 1)));
    const bool quoted =
        value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.front() == value.back();
    if (quoted) value = value.substr(1, value.size() - 2);
    inventory_.groups[group_].variables.insert_or_assign(std::string(Trim(line.substr(0, equals))),
                                                         AnsibleInventory::Variable{std::string(value), at});
  }

  void ReadChild(const std::vector<IniWord>& words, yaml::Position at) {
    if (words.size() > 1) {
      return draft_.problems.Add({at.line, at.column + words[1].column}, words[1].text,
                                 "a group among children has nothing behind it", "one group a line");
    }
    inventory_.groups[group_].children.emplace(words.front().text, at);
  }

  void ReadHost(const std::vector<IniWord>& words, yaml::Position at) {
    AnsibleInventory::Variables variables;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const yaml::Position word_at{at.line, at.column + words[i].column};
      const auto equals = words[i].text.find('=');
      if (equals == std::string::npos || equals == 0) {
        draft_.problems.Add(word_at, Shown(words.front().text), Shown(words[i].text) + " is no variable",
                            "behind a host stand name=value");
        continue;
      }
      variables.insert_or_assign(words[i].text.substr(0, equals),
                                 AnsibleInventory::Variable{words[i].text.substr(equals + 1), word_at});
    }
    AddHosts(draft_, inventory_, words.front().text, at, group_, variables);
  }

  Draft draft_;
  AnsibleInventory inventory_;
  Section section_ = Section::kHosts;
  std::string group_ = "ungrouped";
};

}  // namespace

Result<Inventory> ReadAnsibleIni(std::string_view text, const std::string& file) {
  if (text.size() > kInventoryBytesMax || !IsUtf8(text)) {
    return Error{
        Code::kInvalidArgument, file, "it is larger than 1 MiB, or no UTF-8 text", {}, "give a text file"};
  }
  return IniReader(file).Read(text);
}

}  // namespace edm::ctl
