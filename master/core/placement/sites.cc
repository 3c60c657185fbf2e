#include "master/core/placement/sites.h"

#include <utility>

#include "common/model/member_name.h"
#include "master/core/placement/hash.h"

namespace edm::master {
namespace {

// Whether what filters of Basis::kFacts look at is the same.
bool SamePlace(const WorkerFacts& a, const WorkerFacts& b) {
  return a.architecture == b.architecture && a.labels == b.labels;
}

}  // namespace

Sites::Sites(const State& state) {
  for (const auto& [id, worker] : state.workers.all()) (void)WorkerChanged(worker);
  for (const auto& [id, instance] : state.instances.all()) (void)InstanceChanged(*instance);
}

Sites::Slot Sites::SlotFor(const std::string& worker) {
  const auto [at, is_new] = slots_.try_emplace(worker, end());
  if (is_new) sites_.emplace_back();
  return at->second;
}

Sites::Slot Sites::WorkerChanged(std::shared_ptr<const WorkerRecord> worker) {
  const auto slot = SlotFor(worker->facts.id);
  auto& site = sites_[slot];
  if (!site.worker) {
    ++workers_;
    site.id_hash = HashOf(std::string_view(worker->facts.id));
  }
  if (!site.worker || (site.worker != worker && !SamePlace(site.worker->facts, worker->facts))) {
    ++site.facts_seen;
    groups_.ForgetZones();
  }
  site.promised = PromisedOn(*worker);
  site.worker = std::move(worker);
  return slot;
}

Sites::Slot Sites::WorkerGone(const std::string& id) {
  const auto slot = Find(id);
  if (slot == kNowhere) return kNowhere;
  --workers_;
  sites_[slot].worker = nullptr;
  sites_[slot].promised = {};
  groups_.ForgetZones();
  return slot;
}

Sites::Slot Sites::Find(const std::string& worker) const {
  if (worker.empty()) return kNowhere;
  const auto found = slots_.find(worker);
  return found == slots_.end() || !Holds(found->second) ? kNowhere : found->second;
}

const ZoneCounts& Sites::Zones(GroupId group, const std::string& label) {
  return groups_.Zones(group, label, LabelOf());
}

const std::string& Sites::LabelAt(Slot slot, const std::string& label) const {
  static const std::string kNone;
  return sites_[slot].worker ? sites_[slot].Label(label) : kNone;
}

Tenancy Sites::TenancyOf(const InstanceRecord& record) {
  const auto& one = record.instance;
  Tenancy tenancy{.instance = names_.Hold(one.id),
                  .set = IsMember(one.id) ? names_.Hold(SetOf(one.id)) : kNoName,
                  .slot = SlotFor(one.status.worker),
                  .group = GroupOf(one.owner, one.project),
                  .share = ShareOf(one.spec),
                  .ports = PortsOf(one)};
  const auto& apart_from = one.spec.requirements.apart_from;
  tenancy.apart_from.reserve(apart_from.size());
  for (const auto& other : apart_from) tenancy.apart_from.push_back(names_.Hold(other));
  return tenancy;
}

void Sites::LetGo(const Tenancy& tenancy) {
  names_.LetGo(tenancy.instance);
  if (tenancy.set != kNoName) names_.LetGo(tenancy.set);
  for (const auto other : tenancy.apart_from) names_.LetGo(other);
}

Sites::Touched Sites::InstanceChanged(const InstanceRecord& record) {
  if (!IsThere(record.instance.status)) return InstanceGone(record.instance.id);
  auto tenancy = TenancyOf(record);
  if (tenancies_.size() < names_.end()) tenancies_.resize(names_.end());
  auto& known = tenancies_[tenancy.instance];
  Touched touched;
  if (known == tenancy) {
    LetGo(tenancy);
    return touched;
  }
  if (known.instance != kNoName) touched.before = Leave(known);
  touched.after = tenancy.slot;
  sites_[touched.after].tenants.Add(tenancy);
  groups_.Add(tenancy.group, touched.after, LabelOf());
  known = std::move(tenancy);
  return touched;
}

Sites::Touched Sites::InstanceGone(const std::string& id) {
  const auto number = names_.Find(id);
  if (number >= tenancies_.size() || tenancies_[number].instance == kNoName) return {};
  return {.before = Leave(tenancies_[number])};
}

Sites::Slot Sites::Leave(Tenancy& tenancy) {
  const auto slot = tenancy.slot;
  sites_[slot].tenants.Remove(tenancy);
  groups_.Remove(tenancy.group, slot, LabelOf());
  LetGo(tenancy);
  tenancy = {};
  return slot;
}

}  // namespace edm::master
