#include "master/core/placement/sites.h"

#include <utility>

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
  const auto [at, is_new] = known_.try_emplace(worker, end());
  if (is_new) sites_.emplace_back();
  return at->second;
}

Sites::Slot Sites::WorkerChanged(std::shared_ptr<const WorkerRecord> worker) {
  const auto slot = SlotFor(worker->facts.id);
  auto& site = sites_[slot];
  if (!site.worker) {
    slots_.emplace(worker->facts.id, slot);
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
  const auto found = slots_.find(id);
  if (found == slots_.end()) return kNowhere;
  const auto slot = found->second;
  slots_.erase(found);
  sites_[slot].worker = nullptr;
  sites_[slot].promised = {};
  groups_.ForgetZones();
  return slot;
}

Sites::Slot Sites::Find(const std::string& worker) const {
  const auto found = slots_.find(worker);
  return found == slots_.end() ? kNowhere : found->second;
}

const ZoneCounts& Sites::Zones(GroupId group, const std::string& label) {
  return groups_.Zones(group, label, LabelOf());
}

const std::string& Sites::LabelAt(Slot slot, const std::string& label) const {
  static const std::string kNone;
  return sites_[slot].worker ? sites_[slot].Label(label) : kNone;
}

Sites::Touched Sites::Settle(const std::string& instance, Tenancy tenancy) {
  Touched touched;
  if (tenancy.worker.empty()) {
    if (const auto known = tenancies_.find(instance); known != tenancies_.end()) {
      touched.before = Leave(instance, known->second);
      tenancies_.erase(known);
    }
    return touched;
  }
  const auto [at, is_new] = tenancies_.try_emplace(instance);
  if (!is_new && at->second == tenancy) return touched;
  if (!is_new) touched.before = Leave(instance, at->second);
  at->second = std::move(tenancy);
  touched.after = SlotFor(at->second.worker);
  sites_[touched.after].tenants.Add(instance, at->second);
  groups_.Add(at->second.group, touched.after, LabelOf());
  return touched;
}

Sites::Slot Sites::Leave(const std::string& instance, const Tenancy& tenancy) {
  const auto slot = SlotFor(tenancy.worker);
  sites_[slot].tenants.Remove(instance, tenancy);
  groups_.Remove(tenancy.group, slot, LabelOf());
  return slot;
}

}  // namespace edm::master
