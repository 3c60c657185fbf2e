#include "edmctl/inventory/read.h"

#include <array>

#include "common/base/text.h"
#include "common/core/yaml/reader.h"

namespace edm::ctl {
namespace {

struct Named {
  std::string_view word;
  InventoryForm form;
};
constexpr std::array kForms{
    Named{"edm", InventoryForm::kOurs}, Named{"ansible-ini", InventoryForm::kAnsibleIni},
    Named{"ansible-yaml", InventoryForm::kAnsibleYaml}, Named{"hosts-json", InventoryForm::kHostsJson}};

// The first line that says something.
std::string_view FirstWords(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = Trim(text.substr(0, end));
    if (!line.empty() && line.front() != '#' && line.front() != ';' && line != "---") return line;
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return {};
}

// A host with variables ("web1 ansible_host=10.0.0.1") or alone; YAML's first line is a key.
bool LooksLikeIni(std::string_view line) {
  const auto word = line.substr(0, line.find_first_of(" \t"));
  return line.front() == '[' || !(word.ends_with(':') || line.ends_with('{') || line.ends_with('}'));
}

}  // namespace

std::optional<InventoryForm> FormNamed(std::string_view word) {
  for (const auto& one : kForms) {
    if (one.word == word) return one.form;
  }
  return std::nullopt;
}

std::vector<std::string> FormNames() {
  std::vector<std::string> names;
  for (const auto& one : kForms) names.emplace_back(one.word);
  return names;
}

InventoryForm FormOf(std::string_view text) {
  const auto line = FirstWords(text);
  if (line.empty()) return InventoryForm::kOurs;
  if (line.front() == '{') return InventoryForm::kHostsJson;
  if (LooksLikeIni(line)) return InventoryForm::kAnsibleIni;
  const auto node = yaml::Read(text, "");
  if (!node.ok()) return InventoryForm::kAnsibleYaml;
  const bool ours = node->Find("workers") != nullptr || node->Find("defaults") != nullptr;
  return ours ? InventoryForm::kOurs : InventoryForm::kAnsibleYaml;
}

Result<Inventory> ReadInventory(std::string_view text, const std::string& file,
                                std::optional<InventoryForm> form) {
  switch (form.value_or(FormOf(text))) {
    case InventoryForm::kOurs:
      return ReadOurs(text, file);
    case InventoryForm::kAnsibleIni:
      return ReadAnsibleIni(text, file);
    case InventoryForm::kAnsibleYaml:
      return ReadAnsibleYaml(text, file);
    case InventoryForm::kHostsJson:
      break;
  }
  return ReadHostsJson(text, file);
}

}  // namespace edm::ctl
