#pragma once

#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "master/core/placement/groups.h"
#include "master/core/placement/site.h"
#include "master/model/state.h"

namespace edm::master {

// The workers and what is on them as placement looks at them, in slots that stay. Derived from the state:
// whoever changes a worker or an instance there says so here. One thread.
class Sites {
 public:
  using Slot = Groups::Slot;
  static constexpr Slot kNowhere = std::numeric_limits<Slot>::max();

  Sites() = default;
  explicit Sites(const State& state);

  // Each returns the slots that look different now: none, one, or two when an instance has moved.
  Slot WorkerChanged(std::shared_ptr<const WorkerRecord> worker);
  Slot WorkerGone(const std::string& id);
  struct Touched {
    Slot before = kNowhere;
    Slot after = kNowhere;
  };
  Touched InstanceChanged(const InstanceRecord& record);
  Touched InstanceGone(const std::string& id);

  // Slots below it; some may be empty.
  Slot end() const { return static_cast<Slot>(sites_.size()); }
  bool Holds(Slot slot) const { return sites_[slot].worker != nullptr; }
  const Site& operator[](Slot slot) const { return sites_[slot]; }
  Slot Find(const std::string& worker) const;
  std::size_t workers() const { return workers_; }

  const NameNumbers& names() const { return names_; }
  const ZoneCounts& Zones(GroupId group, const std::string& label);

 private:
  Tenancy TenancyOf(const InstanceRecord& record);  // which holds its names
  void LetGo(const Tenancy& tenancy);
  Slot Leave(Tenancy& tenancy);
  Slot SlotFor(const std::string& worker);
  auto LabelOf() const {
    return [this](Slot slot, const std::string& label) -> const std::string& { return LabelAt(slot, label); };
  }
  const std::string& LabelAt(Slot slot, const std::string& label) const;

  std::vector<Site> sites_;
  std::size_t workers_ = 0;                      // that are there
  std::unordered_map<std::string, Slot> slots_;  // of those, and of others that instances name
  NameNumbers names_;                            // of instances and sets
  std::deque<Tenancy> tenancies_;                // by the number of the instance
  Groups groups_;
};

}  // namespace edm::master
