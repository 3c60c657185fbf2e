#include "common/core/yaml/reader.h"
#include "edmctl/inventory/ansible.h"
#include "edmctl/inventory/read.h"

namespace edm::ctl {
namespace {

using yaml::Fields;
using yaml::Node;

// Values that are lists or maps hold nothing that is taken; they are noted by name all the same.
AnsibleInventory::Variables ReadVariables(const Node& map) {
  AnsibleInventory::Variables variables;
  for (const auto& entry : map.entries())
    variables.insert_or_assign(entry.key, AnsibleInventory::Variable{entry.value.text(), entry.key_at});
  return variables;
}

void ReadGroup(Draft& draft, AnsibleInventory& inventory, const std::string& name, const yaml::Entry& entry) {
  inventory.groups[name].at = entry.key_at;
  Fields fields(entry.value, name, draft.problems);
  if (const auto* variables = fields.Map("vars")) {
    for (auto& [key, value] : ReadVariables(*variables))
      inventory.groups[name].variables.insert_or_assign(key, value);
  }
  if (const auto* hosts = fields.Map("hosts")) {
    for (const auto& host : hosts->entries()) {
      if (!host.value.is_null() && !host.value.is_map()) {
        draft.problems.Add(host.value.at(), fields.PathTo("hosts") + "." + host.key,
                           "its variables are no map", "ansible_host: 10.0.0.11");
        continue;
      }
      AddHosts(draft, inventory, host.key, host.key_at, name, ReadVariables(host.value));
    }
  }
  if (const auto* children = fields.Map("children")) {
    for (const auto& child : children->entries()) {
      inventory.groups[name].children.emplace(child.key, child.key_at);
      ReadGroup(draft, inventory, child.key, child);
    }
  }
  fields.Finish();
}

}  // namespace

Result<Inventory> ReadAnsibleYaml(std::string_view text, const std::string& file) {
  EDM_TRY(const auto root, yaml::Read(text, file));
  Draft draft(file);
  AnsibleInventory inventory;
  if (!root.is_map()) {
    draft.problems.Add(root.at(), "",
                       "it is " + std::string(yaml::KindName(root.kind())) + ", not a map of groups",
                       "all: { hosts: { worker-1: { ansible_host: 10.0.0.11 } } }");
  }
  for (const auto& entry : root.entries()) ReadGroup(draft, inventory, entry.key, entry);
  return WorkersOf(std::move(draft), inventory);
}

}  // namespace edm::ctl
