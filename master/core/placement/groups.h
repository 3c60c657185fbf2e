#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "master/core/placement/request.h"

namespace edm::master {

// How many of a group are on workers with each value of a label. Values that none of it is on may be missing.
using ZoneCounts = std::map<std::string, std::uint32_t, std::less<>>;

// Where the members of each group are.
class Groups {
 public:
  using Slot = std::uint32_t;

  template <class LabelOf>  // the value of the label of the worker in a slot
  const ZoneCounts& Zones(GroupId group, const std::string& label, const LabelOf& label_of) {
    static const ZoneCounts kNowhere;
    const auto found = groups_.find(group);
    if (found == groups_.end()) return kNowhere;
    const auto [at, is_new] = found->second.zones.try_emplace(label);
    if (is_new) {
      for (const auto& [slot, count] : found->second.slots) at->second[label_of(slot, label)] += count;
    }
    return at->second;
  }

  template <class LabelOf>
  void Add(GroupId group, Slot slot, const LabelOf& label_of) {
    auto& found = groups_[group];
    ++found.slots[slot];
    for (auto& [label, counts] : found.zones) ++counts[label_of(slot, label)];
  }

  template <class LabelOf>
  void Remove(GroupId group, Slot slot, const LabelOf& label_of) {
    const auto found = groups_.find(group);
    if (found == groups_.end()) return;
    for (auto& [label, counts] : found->second.zones) --counts[label_of(slot, label)];
    auto& slots = found->second.slots;
    if (--slots[slot] == 0) slots.erase(slot);
    if (slots.empty()) groups_.erase(found);
  }

  // The labels of a worker have changed: what was counted by them is counted anew when it is asked for.
  void ForgetZones() {
    for (auto& [id, group] : groups_) group.zones.clear();
  }

 private:
  struct Group {
    std::unordered_map<Slot, std::uint32_t> slots;
    std::map<std::string, ZoneCounts> zones;  // by label
  };
  std::unordered_map<GroupId, Group> groups_;
};

}  // namespace edm::master
