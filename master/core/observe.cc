#include "master/core/observe.h"

#include <algorithm>
#include <set>

#include "master/core/adopt.h"
#include "master/core/unheard.h"

namespace edm::master {
namespace {

// Whether an open operation waits for this very attempt: then its events tell what is so.
bool IsFollowed(const State& state, const std::string& instance, std::uint32_t attempt) {
  return std::ranges::any_of(OpenOf(state, instance), [&](const auto& record) {
    return record->plan.stage <= Stage::kAttempt && record->attempt == attempt;
  });
}

bool IsUnderWay(Phase phase) {
  return phase < Phase::kFailed && phase != Phase::kPending && phase != Phase::kBuilt &&
         phase != Phase::kRunning && phase != Phase::kStopped;
}

void CancelOrphan(Draft& draft, const std::string& worker, const Observation& seen) {
  const auto record = draft.state().workers.Find(worker);
  draft.Do(CancelAttempt{worker, record ? record->facts.rpc_address : "", seen.instance, seen.attempt,
                         "its operation has ended", true});
}

// Whether what is seen may say what is so, though the status speaks of another attempt.
bool IsOfAnother(const State& state, const InstanceRecord& instance, const Observation& seen) {
  const auto& known = instance.instance.status;
  // An order that was taken back, and has come through after all; or, where the status tells of what was
  // there when the instance was deleted and made anew, what became of that.
  if (seen.attempt > known.attempt)
    return seen.attempt <= instance.attempts || known.attempt < instance.attempts;
  // An attempt that was ordered while the worker was silent, or was taken back at once, may never have
  // reached it.
  return known.phase == Phase::kLost || IsUnheard(state, instance);
}

}  // namespace

void Observe(Draft& draft, const std::string& worker, const Observation& seen) {
  const auto found = draft.state().instances.Find(seen.instance);
  if (found == nullptr) return;
  const auto& known = found->instance.status;
  if (known.worker != worker) return;
  if (seen.attempt != known.attempt && !IsOfAnother(draft.state(), *found, seen)) return;
  // A worker that could not try has nothing of it: that it forgets even this is no news.
  if (known.phase == Phase::kRejected && seen.phase == Phase::kDeleted) return;
  if (IsFollowed(draft.state(), seen.instance, seen.attempt)) return;
  if (IsUnderWay(seen.phase)) return CancelOrphan(draft, worker, seen);
  auto changed = *found;
  auto& status = changed.instance.status;
  status.attempt = seen.attempt;
  changed.attempts = std::max(changed.attempts, seen.attempt);
  // The attempt has ended: what its worker sees is what is so. An attempt that only built, or came to
  // nothing, leaves the release before it in service.
  const bool runs = seen.release != 0 && seen.phase != Phase::kDeleted;
  status.phase = runs ? Phase::kRunning : seen.phase;
  status.health = seen.health;
  if (runs) status.release = seen.release;
  // It was stopped without an order (worker/core/fence.h), whatever the last one was to reach.
  if (known.phase == Phase::kRunning && status.phase == Phase::kStopped) status.desired = Target::kRunning;
  status.endpoints = seen.endpoints;
  status.services = seen.services;
  status.keeps_data = seen.keeps_data;
  if (known.phase == Phase::kLost && status.phase == Phase::kRunning) status.failure.reset();
  const bool same = status.phase == known.phase && status.health == known.health &&
                    status.release == known.release && status.endpoints == known.endpoints &&
                    status.services == known.services && status.keeps_data == known.keeps_data;
  if (same) return;
  if (status.health != known.health || status.phase != known.phase) {
    draft.Event({{},
                 "instance.observed",
                 seen.instance,
                 "",
                 worker,
                 std::string(PhaseName(status.phase)) + " " + std::string(HealthName(status.health))});
  }
  draft.PutStatus(std::move(changed));
}

void ObserveAll(Draft& draft, const std::string& worker, const std::vector<Observation>& seen) {
  std::set<std::string> there;
  for (const auto& one : seen) {
    there.insert(one.instance);
    AdoptNewer(draft, worker, one);
    Observe(draft, worker, one);
  }
  for (const auto& record : draft.state().instances.Records()) {
    const auto& id = record->instance.id;
    const auto& status = record->instance.status;
    const bool ran = status.phase == Phase::kRunning || status.phase == Phase::kLost;
    const bool may_be_lost = ran || (status.phase == Phase::kPlaced && IsUnheard(draft.state(), *record));
    if (status.worker != worker || !may_be_lost || there.contains(id)) continue;
    if (IsFollowed(draft.state(), id, status.attempt)) continue;
    auto changed = *record;
    if (!ran) {
      changed.instance.status.phase = Phase::kCancelled;
      draft.PutStatus(std::move(changed));
      continue;
    }
    changed.instance.status.phase = Phase::kFailed;
    changed.instance.status.health = Health::kUnknown;
    changed.instance.status.failure = Error{
        Code::kNotFound, "instance " + id, "nothing of it is left on " + worker, {}, "edmctl start " + id};
    draft.PutStatus(std::move(changed));
    draft.Event({{}, "instance.vanished", id, "", worker, ""});
  }
}

}  // namespace edm::master
