#include "master/core/evict.h"

#include <algorithm>
#include <set>

#include "common/base/backoff.h"
#include "common/model/epoch.h"
#include "master/core/seat.h"

namespace edm::master {
namespace {

constexpr Backoff kEvictRetry{.first = kEvictRetryFirst, .most = kEvictRetryMost};

// Of an instance that is unknown, or has nothing built: a restored state never heard of what was made after
// its backup.
Claim JudgeUnheard(const State& state, const std::string& instance) {
  const bool was_restored = state.epoch > kEpochLeap;
  return was_restored && !state.watch.deleted.contains(instance) ? Claim::kWaiting : Claim::kGone;
}

// Whether an open operation has it on this worker, or may bring it back there.
bool IsNamed(const State& state, const std::string& worker, const std::string& instance) {
  return std::ranges::any_of(OpenOf(state, instance), [&](const auto& record) {
    const auto& move = record->plan.move;
    return record->worker == worker || (move && move->from == worker) ||
           record->operation.kind == OperationKind::kDelete;
  });
}

Order EvictionOf(const State& state, const std::string& instance, const Copy& copy) {
  Order order;
  order.epoch = state.epoch;
  order.instance = instance;
  order.attempt = copy.evicting;
  order.operation = std::string(kEvictionName);
  order.target = Target::kDeleted;
  order.keep_volumes = true;  // a master that was restored may not know what is gone
  order.leave_address = true;
  return order;
}

// Whatever a worker put there while nobody heard it: what is stored is what is so.
void PutAddressAgain(Draft& draft, const std::string& instance) {
  const auto found = draft.state().instances.Find(instance);
  draft.Change(StoredAddress{instance, found ? found->instance.status.address : ""});
}

// Above the copy's own, and no other order's of the instance.
std::uint32_t NumberFor(Draft& draft, const std::string& instance, const Copy& copy) {
  if (copy.evicting > copy.attempt) return copy.evicting;
  const auto found = draft.state().instances.Find(instance);
  if (found == nullptr) return copy.attempt + 1;
  auto changed = *found;
  changed.attempts = std::max(changed.attempts, copy.attempt) + 1;
  const auto number = changed.attempts;
  draft.PutStatus(std::move(changed));
  return number;
}

// What was left there is gone, or may be at any time: whoever is to run such a release builds it again.
void ForgetReleases(Draft& draft, const std::string& worker, const std::string& instance) {
  for (const auto& release : ReleasesOf(draft.state(), instance)) {
    if (release->worker != worker) continue;
    auto changed = *release;
    changed.worker.clear();
    draft.Put(std::move(changed));
  }
}

void Evict(Draft& draft, const WorkerRecord& worker, const std::string& instance, Copy& copy) {
  const auto now = draft.now().steady;
  copy.evicting = NumberFor(draft, instance, copy);
  copy.next_try = now + kEvictRetry.After(++copy.tries);
  // Not only when it is reported gone: an order that comes meanwhile would be all that is reported.
  ForgetReleases(draft, worker.facts.id, instance);
  if (copy.tries == 1) {
    draft.Event(
        {{}, "copy.evicted", instance, "", worker.facts.id, "it is not wanted on this worker any more"});
  }
  draft.Do(EvictCopy{worker.facts.id, worker.facts.rpc_address, EvictionOf(draft.state(), instance, copy)});
}

}  // namespace

Claim JudgeCopy(const State& state, const std::string& worker, const std::string& instance) {
  const auto found = state.instances.Find(instance);
  if (found != nullptr && found->instance.status.worker == worker) return Claim::kHeld;
  if (IsNamed(state, worker, instance)) return Claim::kHeld;
  if (found == nullptr) return JudgeUnheard(state, instance);
  const auto& holder = found->instance.status.worker;
  if (holder.empty())
    return ReleasesOf(state, instance).empty() ? JudgeUnheard(state, instance) : Claim::kWaiting;
  const bool is_safe = IsThere(state, holder) && state.watch.copies.Find(holder, instance) != nullptr &&
                       !ShareEngine(state, holder, worker);
  return is_safe ? Claim::kLeft : Claim::kWaiting;
}

std::map<std::string, std::string> BarredByTheOneBefore(const State& state, const Instance& instance) {
  std::map<std::string, std::string> barred;
  if (!instance.status.worker.empty()) return barred;
  for (const auto& worker : state.watch.copies.WorkersOf(instance.id)) {
    if (JudgeCopy(state, worker, instance.id) == Claim::kGone)
      barred[worker] = "still has what was deleted under this id";
  }
  return barred;
}

std::uint32_t AttemptSeenOn(const State& state, const std::string& worker, const std::string& instance) {
  const auto* copy = state.watch.copies.Find(worker, instance);
  return copy == nullptr ? 0 : std::max(copy->attempt, copy->evicting);
}

void NoteCopy(Draft& draft, const std::string& worker, const Observation& seen) {
  auto& copies = draft.watch().copies;
  if (seen.phase != Phase::kDeleted) {
    auto& copy = copies.Add(worker, seen.instance);
    copy.attempt = seen.attempt;
    copy.phase = seen.phase;
    copy.release = seen.release;
    return;
  }
  const auto* copy = copies.Find(worker, seen.instance);
  if (copy == nullptr) return;
  const bool was_evicted = copy->evicting != 0 || seen.operation == kEvictionName;
  if (was_evicted) PutAddressAgain(draft, seen.instance);
  ForgetReleases(draft, worker, seen.instance);
  copies.Remove(worker, seen.instance);
}

void NoteAllCopies(Draft& draft, const std::string& worker, const std::vector<Observation>& seen) {
  auto& copies = draft.watch().copies;
  auto before = copies.RemoveAllOf(worker);
  for (const auto& one : seen) {
    NoteCopy(draft, worker, one);
    before.erase(one.instance);
  }
  for (const auto& [instance, copy] : before) {
    if (copy.evicting != 0) PutAddressAgain(draft, instance);
  }
  std::set<std::string> left;
  for (const auto& [key, release] : draft.state().releases.all()) {
    if (release->worker == worker && copies.Find(worker, release->instance) == nullptr)
      left.insert(release->instance);
  }
  for (const auto& instance : left) ForgetReleases(draft, worker, instance);
}

void EvictLeftOvers(Draft& draft) {
  const auto now = draft.now().steady;
  auto& all = draft.watch().copies;
  for (const auto& entry : all.all()) {
    const auto& id = entry.first;
    if (!IsThere(draft.state(), id)) continue;
    const auto worker = draft.state().workers.Find(id);
    all.ForEachOn(id, [&](const std::string& instance, Copy& copy) {
      const auto claim = JudgeCopy(draft.state(), id, instance);
      if (claim == Claim::kHeld || claim == Claim::kWaiting) {
        copy.unwanted_since.reset();
        copy.tries = 0;
        return;
      }
      if (!copy.unwanted_since) copy.unwanted_since = now;
      if (now - *copy.unwanted_since < draft.state().settings.evict_after) return;
      if (copy.tries == 0 || now >= copy.next_try) Evict(draft, *worker, instance, copy);
    });
  }
}

void ForgetCopies(Draft& draft, const std::string& worker) {
  for (const auto& [instance, copy] : draft.watch().copies.RemoveAllOf(worker)) {
    if (copy.evicting != 0)
      draft.Do(CancelAttempt{worker, "", instance, copy.evicting, "the worker is lost", true});
  }
}

}  // namespace edm::master
