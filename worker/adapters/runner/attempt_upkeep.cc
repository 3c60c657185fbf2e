#include "common/model/trial_name.h"
#include "worker/adapters/runner/attempt_runner.h"
#include "worker/adapters/runner/effects.h"
#include "worker/adapters/runner/final_document.h"
#include "worker/core/garbage.h"
#include "worker/core/observe.h"
#include "worker/core/recovery.h"

namespace edm::worker {
namespace {

constexpr std::uint32_t kErrandTriesMax = 30;  // a second apart

}  // namespace

Status AttemptRunner::Load() {
  EDM_TRY(auto contents, around_.journal.Load());
  const Lock lock(mutex_);
  epoch_ = contents.epoch;
  for (auto& holding : contents.holdings) {
    if (!holding.ports.empty() || !holding.subnets.empty()) {
      around_.addresses.Adopt(holding.instance, {holding.ports, holding.subnets});
    }
    auto& slot = slots_[holding.instance];
    slot.is_unsure = true;
    slot.holding = std::move(holding);
  }
  std::set<AttemptKey> histories;
  for (auto& attempt : contents.attempts) {
    const auto number = attempt.order.attempt;
    histories.insert({attempt.order.instance, number});
    auto& slot = slots_[attempt.order.instance];
    if (slot.holding.instance.empty()) slot.holding.instance = attempt.order.instance;
    if (!attempt.ended()) attempt.due = DueOf(attempt.order);
    slot.attempts[number] = std::move(attempt);
  }
  around_.events.KeepOnly(histories);
  for (auto& [instance, slot] : slots_) {
    // What is there may be other than the journal says: the machine went down, or an attempt left doubt.
    slot.errand = Errand::kRecover;
    // The lowest that has not ended was under way, the highest waited; between them none was ever begun.
    for (auto& [number, record] : slot.attempts) {
      if (record.ended()) continue;
      if (slot.waiting != 0)
        EndWaiting(slot, {.code = Code::kCancelled, .cause = "superseded by a newer order"});
      (slot.current == 0 ? slot.current : slot.waiting) = number;
    }
    if (slot.waiting != 0) Supersede(slot, slot.attempts[slot.waiting].order);
  }
  return Ok();
}

void AttemptRunner::Resume() {
  const Lock lock(mutex_);
  for (auto& [instance, slot] : slots_) {
    KeepFence(instance, slot);
    PostNext(instance, slot);
  }
}

void AttemptRunner::Tick() {
  const Lock lock(mutex_);
  const auto now = around_.clock.Now();
  const auto steady = around_.clock.Steady();
  std::vector<std::string> forgotten;
  for (auto& [instance, slot] : slots_) {
    if (slot.current != 0) {
      const auto& record = slot.attempts[slot.current];
      if (steady >= record.due) {
        slot.RequestStop({.code = Code::kDeadlineExceeded,
                          .object = "instance " + instance,
                          .cause = "not done by " + FormatRfc3339(record.order.deadline),
                          .hint = "give it more time: --timeout"});
      }
    } else if (slot.IsGone()) {
      if (now - slot.Newest()->ended_at.value_or(now) >= kDeletedKept) forgotten.push_back(instance);
    } else if (slot.errand == Errand::kNone && (InspectionIsOver(slot.holding.inspect_until, now) ||
                                                InspectionIsOver(slot.holding.trial_until, now))) {
      slot.errand = Errand::kRemoveFailed;
    }
    KeepFence(instance, slot);
    PostNext(instance, slot);
  }
  for (const auto& instance : forgotten) Forget(instance);
}

void AttemptRunner::RunErrand(const std::string& instance) {
  Errand errand = Errand::kNone;
  Holding holding;
  Orphans orphans;
  std::vector<std::uint32_t> surplus;
  {
    const Lock lock(mutex_);
    if (stopping_) return;
    auto& slot = slots_[instance];
    if (slot.errand == Errand::kRecover && MustStayStopped(slot)) slot.errand = Errand::kFence;
    errand = slot.errand;
    holding = slot.holding;
    orphans = slot.orphans;
    surplus = slot.surplus;
  }
  const auto status = errand == Errand::kDropReleases ? DropReleases(surplus, holding)
                                                      : PerformErrand(errand, orphans, holding);
  const Lock lock(mutex_);
  auto& slot = slots_[instance];
  slot.busy = false;
  // Away engines come back, and what one refuses it may do a moment later: Tick posts it again.
  if (!status.ok() && status.error().code == Code::kUnavailable) return;
  if (!status.ok() && ++slot.errand_failures < kErrandTriesMax) return;
  slot.errand_failures = 0;
  slot.holding = std::move(holding);
  slot.errand = Errand::kNone;
  if (errand == Errand::kDropReleases) slot.is_unsure = false;
  if (slot.IsStrange()) {
    slots_.erase(instance);
    return;
  }
  PostNext(instance, slot);
}

void AttemptRunner::RemoveOrphans(const Footprint& everything) {
  const Lock lock(mutex_);
  if (stopping_) return;
  std::map<std::string, HeldInstance> held;
  for (const auto& [instance, slot] : slots_) {
    const bool is_busy = slot.busy || slot.current != 0 || slot.errand != Errand::kNone;
    if (!is_busy && slot.IsGone()) continue;
    held[instance].is_busy = is_busy;
    held[instance].keeps_trial = slot.holding.trial_until.has_value();
    for (const auto& [number, release] : slot.holding.releases) held[instance].releases.insert(number);
  }
  for (auto& [instance, orphans] : FindOrphans(held, settings_.worker, everything)) {
    auto& slot = slots_[instance];
    slot.holding.instance = instance;
    slot.orphans = std::move(orphans);
    slot.errand = Errand::kRemoveOrphans;
    PostNext(instance, slot);
  }
}

Status AttemptRunner::PerformErrand(Errand errand, const Orphans& orphans, Holding& holding) {
  const auto& instance = holding.instance;
  auto& runtime = around_.runtime;
  if (errand == Errand::kRemoveFailed) {
    const auto now = around_.clock.Now();
    if (InspectionIsOver(holding.trial_until, now)) {
      EDM_CHECK(runtime.Remove(TrialOf(instance), /*keep_volumes=*/false));
      holding.trial_until.reset();
    }
    if (InspectionIsOver(holding.inspect_until, now)) {
      EDM_CHECK(runtime.Remove(instance, /*keep_volumes=*/true));
      holding.inspect_until.reset();
    }
    return around_.journal.PutHolding(holding);
  }
  if (errand == Errand::kRemoveOrphans) {
    if (orphans.trial) EDM_CHECK(runtime.Remove(TrialOf(instance), /*keep_volumes=*/false));
    if (orphans.objects) EDM_CHECK(runtime.Remove(instance, /*keep_volumes=*/true));
    for (const auto& image : orphans.images) EDM_CHECK(runtime.RemoveImage(image));
    return Ok();
  }
  if (errand == Errand::kFence) return StopFenced(holding);
  if (errand != Errand::kRecover) return Ok();
  EDM_TRY(const auto containers, runtime.Containers(instance));
  switch (Recover(holding, containers)) {
    case Recovery::kNothing:
      break;
    case Recovery::kStop:
      EDM_CHECK(runtime.Stop(instance, kFailedStopGrace));
      break;
    case Recovery::kStartKept:
      EDM_CHECK(runtime.StartKept(instance, {}));
      break;
    case Recovery::kBringUp: {
      EDM_TRY(auto compose_json, FinalDocument(around_.files, holding, holding.running_release, containers));
      EDM_CHECK(runtime.Up({.instance = instance,
                            .compose_json = std::move(compose_json),
                            .directory = around_.files.CheckoutDirectory(instance, holding.running_release)},
                           [](std::string_view) {}, {}));
    }
  }
  return view_.Refresh(instance);
}

void AttemptRunner::DropOldAttempts(Slot& slot) {
  std::size_t ended = 0;
  for (const auto& [number, record] : slot.attempts) ended += record.ended() ? 1 : 0;
  for (auto it = slot.attempts.begin(); it != slot.attempts.end() && ended > kEndedAttemptsKept;) {
    if (!it->second.ended()) {
      ++it;
      continue;
    }
    // What stays in the journal by an error here is dropped with the next attempt that ends.
    if (!around_.journal.DropAttempt(slot.holding.instance, it->first).ok()) return;
    around_.events.Drop({slot.holding.instance, it->first});
    it = slot.attempts.erase(it);
    --ended;
  }
}

std::set<AttemptKey> AttemptRunner::OldHistories() const {
  const Lock lock(mutex_);
  std::set<AttemptKey> old;
  for (const auto& [instance, slot] : slots_) {
    for (const auto& [number, record] : slot.attempts) {
      if (record.ended() && &record != slot.Newest()) old.insert({instance, number});
    }
  }
  return old;
}

std::set<ReleaseKey> AttemptRunner::HeldReleases() const {
  const Lock lock(mutex_);
  std::set<ReleaseKey> held;
  for (const auto& [instance, slot] : slots_) {
    held.insert({instance, slot.holding.running_release});
    for (const auto& [number, release] : slot.holding.releases) held.insert({instance, number});
    for (const auto& [number, record] : slot.attempts) held.insert({instance, record.order.release});
  }
  return held;
}

void AttemptRunner::EndWasDelivered(const std::string& instance, std::uint32_t attempt) {
  const Lock lock(mutex_);
  const auto found = slots_.find(instance);
  if (found == slots_.end()) return;
  // The end may be read before the step that wrote it has returned: then Return forgets.
  found->second.delivered = attempt;
  ForgetIfDelivered(instance);
}

void AttemptRunner::ForgetIfDelivered(const std::string& instance) {
  const auto& slot = slots_[instance];
  if (slot.current == 0 && slot.IsGone() && slot.delivered == slot.attempts.rbegin()->first) Forget(instance);
}

void AttemptRunner::Forget(const std::string& instance) {
  const auto& slot = slots_[instance];
  if (slot.busy) return;
  if (!around_.journal.DropHolding(instance).ok()) return;
  for (const auto& [number, record] : slot.attempts) {
    if (!around_.journal.DropAttempt(instance, number).ok()) return;
    around_.events.Drop({instance, number});
  }
  // Where the engine was away when its attempt was undone they are reserved still.
  around_.addresses.Release(instance);
  slots_.erase(instance);
}

std::vector<Observation> AttemptRunner::Observations() {
  const Lock lock(mutex_);
  std::vector<Observation> seen;
  for (const auto& [instance, slot] : slots_) {
    if (slot.IsStrange()) continue;
    const auto current = slot.attempts.find(slot.current);
    const auto* attempt = current == slot.attempts.end() ? slot.Newest() : &current->second;
    seen.push_back(Observe(slot.holding, attempt, view_.Of(instance)));
  }
  return seen;
}

Attempts::Counts AttemptRunner::Count() {
  const Lock lock(mutex_);
  Counts counts;
  for (const auto& [instance, slot] : slots_) {
    if (slot.holding.running_release != 0) ++counts.running;
    if (slot.current == 0) continue;
    const auto& record = slot.attempts.at(slot.current);
    if (record.order.build && record.course <= Course::kDeploy && record.phase < Phase::kBuilt)
      ++counts.building;
  }
  return counts;
}

Standing AttemptRunner::Standing() const {
  const Lock lock(mutex_);
  worker::Standing standing;
  for (const auto& [instance, slot] : slots_) {
    if (slot.current != 0) standing.in_hand.insert(instance);
    const auto release = slot.holding.releases.find(slot.holding.running_release);
    if (slot.holding.running_release == 0 || release == slot.holding.releases.end()) continue;
    standing.running[instance] = {release->second.run.endpoints, release->second.run.catalog_names};
  }
  return standing;
}

}  // namespace edm::worker
