#include "edmctl/inventory/ansible.h"

#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edmctl/inventory/host_range.h"

namespace edm::ctl {
namespace {

using Variables = AnsibleInventory::Variables;

constexpr std::string_view kAll = "all";
constexpr std::string_view kUngrouped = "ungrouped";
constexpr std::size_t kNamesShown = 8;

// Each with its older name.
const std::vector<std::vector<std::string>> kTaken{{"ansible_host", "ansible_ssh_host"},
                                                   {"ansible_port", "ansible_ssh_port"},
                                                   {"ansible_user", "ansible_ssh_user"}};
// Known of Ansible, and for edm to be said elsewhere.
const std::vector<std::string> kElsewhere{"ansible_become",
                                          "ansible_become_method",
                                          "ansible_become_password",
                                          "ansible_become_user",
                                          "ansible_connection",
                                          "ansible_password",
                                          "ansible_python_interpreter",
                                          "ansible_ssh_common_args",
                                          "ansible_ssh_extra_args",
                                          "ansible_ssh_pass",
                                          "ansible_ssh_private_key_file",
                                          "ansible_ssh_executable",
                                          "ansible_shell_type",
                                          "ansible_sudo_pass",
                                          "ansible_become_pass"};

// All groups that hold a group, itself first.
using Ancestors = std::set<std::string>;

class Merge {
 public:
  Merge(Draft draft, const AnsibleInventory& inventory) : draft_(std::move(draft)), inventory_(inventory) {}

  Result<Inventory> Run() && {
    for (const auto& [name, group] : inventory_.groups) CheckChildren(name, group);
    EDM_CHECK(draft_.problems.AsStatus());
    for (const auto& [name, group] : inventory_.groups) Depth(name, {});
    EDM_CHECK(draft_.problems.AsStatus());
    for (const auto& host : inventory_.hosts) AddWorker(host);
    SayWhatIsLeftOut();
    return std::move(draft_).Take();
  }

 private:
  void CheckChildren(const std::string& name, const AnsibleInventory::Group& group) {
    std::vector<std::string> known;
    for (const auto& [other, ignored] : inventory_.groups) known.push_back(other);
    for (const auto& [child, at] : group.children) {
      if (!inventory_.groups.contains(child))
        draft_.problems.Add(at, name, "there is no group " + Shown(child), MeantOr(child, known, "add it"));
    }
  }

  // How many groups lie above it, at the longest.
  std::size_t Depth(const std::string& name, std::set<std::string> below) {
    if (const auto found = depths_.find(name); found != depths_.end()) return found->second;
    if (!below.insert(name).second) {
      draft_.problems.Add(inventory_.groups.at(name).at, name, "it is a child of itself",
                          "take it out of its children");
      return depths_[name] = 0;
    }
    std::size_t depth = name == kAll ? 0 : 1;
    for (const auto& [parent, group] : inventory_.groups) {
      if (group.children.contains(name)) depth = std::max(depth, Depth(parent, below) + 1);
    }
    return depths_[name] = depth;
  }

  Ancestors GroupsOf(const std::string& host) const {
    Ancestors all;
    std::vector<std::string> next;
    for (const auto& [name, group] : inventory_.groups) {
      if (group.hosts.contains(host)) next.push_back(name);
    }
    while (!next.empty()) {
      const auto name = next.back();
      next.pop_back();
      if (!all.insert(name).second) continue;
      for (const auto& [parent, group] : inventory_.groups) {
        if (group.children.contains(name)) next.push_back(parent);
      }
    }
    if (inventory_.groups.contains(std::string(kAll))) all.insert(std::string(kAll));
    return all;
  }

  // The nearer group wins, of two as near the later by name, as in Ansible.
  Variables VariablesOf(const AnsibleInventory::Host& host, const Ancestors& groups) {
    std::vector<std::string> order(groups.begin(), groups.end());
    std::stable_sort(order.begin(), order.end(),
                     [this](const auto& a, const auto& b) { return depths_.at(a) < depths_.at(b); });
    Variables all;
    for (const auto& name : order) {
      for (const auto& [key, value] : inventory_.groups.at(name).variables) all[key] = value;
    }
    for (const auto& [key, value] : host.variables) all[key] = value;
    return all;
  }

  const AnsibleInventory::Variable* Find(const Variables& variables, std::size_t which) const {
    for (const auto& name : kTaken[which]) {
      if (const auto found = variables.find(name); found != variables.end()) return &found->second;
    }
    return nullptr;
  }

  void TakePort(const AnsibleInventory::Host& host, const AnsibleInventory::Variable& port,
                SshTarget& target) {
    const auto* end = port.value.data() + port.value.size();
    const auto read = std::from_chars(port.value.data(), end, target.port);
    if (read.ec == std::errc() && read.ptr == end && target.port != 0) return;
    draft_.problems.Add(port.at, host.name, Shown(port.value) + " is no port", "ansible_port=22");
  }

  void AddWorker(const AnsibleInventory::Host& host) {
    const auto groups = GroupsOf(host.name);
    const auto variables = VariablesOf(host, groups);
    // As edm-worker does with its machine's name: without the domain. An address names nobody.
    const auto end = IsAddress(host.name) ? std::string::npos : host.name.find('.');
    InventoryWorker worker{.id = Folded(host.name.substr(0, end)), .at = host.at};
    worker.target.host = host.name;
    if (const auto* found = Find(variables, 0)) worker.target.host = found->value;
    if (const auto* found = Find(variables, 1)) TakePort(host, *found, worker.target);
    if (const auto* found = Find(variables, 2)) worker.target.user = found->value;
    for (const auto& group : groups) {
      if (group != kAll && group != kUngrouped) AddGroup(worker.labels, group);
    }
    for (const auto& [name, value] : variables) Judge(name, value);
    draft_.Add(std::move(worker));
  }

  // Once for each name.
  void Judge(const std::string& name, const AnsibleInventory::Variable& variable) {
    if (!judged_.insert(name).second) return;
    std::vector<std::string> known;
    for (const auto& names : kTaken) known.insert(known.end(), names.begin(), names.end());
    if (std::ranges::find(known, name) != known.end()) return;
    if (std::ranges::find(kElsewhere, name) != kElsewhere.end()) {
      return draft_.warnings.Add(variable.at, name, "edm takes this from ssh's own configuration",
                                 "say it in ~/.ssh/config, and reach the machine by a key");
    }
    if (const auto near = Nearest(name, known); near || name.starts_with("ansible_")) {
      return draft_.warnings.Add(
          variable.at, name, "it is not known, and left out",
          MeantOr(name, known, "ansible_host, ansible_port and ansible_user are taken"));
    }
    left_out_.push_back(name);
    if (left_out_.size() == 1) first_left_out_ = variable.at;
  }

  void SayWhatIsLeftOut() {
    if (left_out_.empty()) return;
    const auto shown = std::min(left_out_.size(), kNamesShown);
    auto names = Join(std::span(left_out_).first(shown), ", ");
    if (shown < left_out_.size()) names += ", ...";
    draft_.warnings.Add(first_left_out_, "",
                        Counted(left_out_.size(), "variable") + " of Ansible's own left out: " + names, "");
  }

  Draft draft_;
  const AnsibleInventory& inventory_;
  std::map<std::string, std::size_t> depths_;
  std::set<std::string> judged_;
  std::vector<std::string> left_out_;
  yaml::Position first_left_out_;
};

}  // namespace

AnsibleInventory::Host& AnsibleInventory::HostNamed(const std::string& name, yaml::Position at) {
  const auto found = std::ranges::find(hosts, name, &Host::name);
  if (found != hosts.end()) return *found;
  return hosts.emplace_back(Host{name, {}, at});
}

void AddHosts(Draft& draft, AnsibleInventory& inventory, const std::string& pattern, yaml::Position at,
              const std::string& group, const AnsibleInventory::Variables& variables) {
  auto name = pattern;
  auto more = variables;
  // A port behind the name: the last colon that is in no range.
  const auto colon = pattern.rfind(':');
  if (colon != std::string::npos && (pattern.find(']') == std::string::npos || pattern.rfind(']') < colon) &&
      pattern.find(':') != 0) {
    name = pattern.substr(0, colon);
    more.emplace("ansible_port", AnsibleInventory::Variable{pattern.substr(colon + 1), at});
  }
  const auto names = ExpandHosts(name, kInventoryWorkersMax);
  if (!names.ok()) return draft.problems.Add(at, Shown(pattern), names.error().cause, names.error().hint);
  for (const auto& one : *names) {
    if (inventory.hosts.size() >= kInventoryWorkersMax)
      return draft.problems.Add(at, Shown(pattern), "there are more than 10,000 hosts",
                                "split the inventory");
    auto& host = inventory.HostNamed(one, at);
    for (const auto& [key, value] : more) host.variables.insert_or_assign(key, value);
    inventory.groups[group].hosts.insert(one);
  }
}

Result<Inventory> WorkersOf(Draft draft, const AnsibleInventory& inventory) {
  return Merge(std::move(draft), inventory).Run();
}

}  // namespace edm::ctl
