#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/core/yaml/node.h"
#include "edmctl/inventory/inventory.h"

namespace edm::ctl {

// What both forms of an Ansible inventory say, before it is put together.
struct AnsibleInventory {
  struct Variable {
    std::string value;
    yaml::Position at;
  };
  using Variables = std::map<std::string, Variable>;
  struct Host {
    std::string name;
    Variables variables;
    yaml::Position at;
  };
  struct Group {
    Variables variables;
    std::map<std::string, yaml::Position> children;
    std::set<std::string> hosts;
    yaml::Position at;
  };

  std::vector<Host> hosts;  // in the order of the file, each once
  std::map<std::string, Group> groups;

  // Finds or adds.
  Host& HostNamed(const std::string& name, yaml::Position at);
};

// The hosts that a pattern ("web[1:3]:2222") stands for go into the inventory and into `group` with
// `variables`; what is wrong with it goes to the draft.
void AddHosts(Draft& draft, AnsibleInventory& inventory, const std::string& pattern, yaml::Position at,
              const std::string& group, const AnsibleInventory::Variables& variables);

// Workers as Ansible would see them: a group's variables hold for the hosts below it, the nearer the
// stronger; groups become labels, but for `all` and `ungrouped`.
Result<Inventory> WorkersOf(Draft draft, const AnsibleInventory& inventory);

}  // namespace edm::ctl
