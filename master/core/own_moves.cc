#include "master/core/own_moves.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "common/base/backoff.h"
#include "master/core/begin_operation.h"
#include "master/core/each_worker.h"
#include "master/core/fresh_id.h"
#include "master/core/loss.h"
#include "master/core/seat.h"

namespace edm::master {
namespace {

// What is open now, by instance and by the worker that is left.
struct OpenMoves {
  std::set<std::string> leaving;  // workers that are drained, and there
  std::set<std::string> busy;     // instances
  std::map<std::string, std::size_t> away_from;
  std::size_t own = 0;
};

OpenMoves OpenMovesOf(const State& state) {
  OpenMoves open;
  for (const auto& record : OpenRecords(state)) {
    open.busy.insert(record->operation.instance);
    if (!record->plan.move) continue;
    ++open.away_from[record->plan.move->from];
    if (record->operation.actor == kMasterActor) ++open.own;
  }
  for (const auto& [id, worker] : state.workers.all()) {
    const bool is_there = worker->state != WorkerState::kLost && !worker->session.empty();
    if (is_there && worker->availability == Availability::kEmptying) open.leaving.insert(id);
  }
  return open;
}

// A worker that heard no master for long stopped it by itself, and is back.
bool WasFencedOff(const State& state, const InstanceStatus& status) {
  return status.phase == Phase::kStopped && status.desired == Target::kRunning &&
         !IsAway(state, status.worker);
}

// Whether the master moves it, or starts it again, by itself now.
bool IsDue(const State& state, const InstanceRecord& instance, const OpenMoves& open, bool partitioned,
           SteadyTime now) {
  const auto& one = instance.instance;
  const auto& status = one.status;
  const bool leaves = open.leaving.contains(status.worker);
  if (!leaves && status.phase == Phase::kRunning) return false;
  if (status.worker.empty() || open.busy.contains(one.id)) return false;
  if (const auto unrest = state.watch.unrest.find(one.id);
      unrest != state.watch.unrest.end() && now < unrest->second.not_before)
    return false;
  if (WasFencedOff(state, status)) return true;
  if (status.keeps_data || IsBoundToItsWorker(state, one.id)) return false;
  const bool lost = IsAway(state, status.worker) && status.phase == Phase::kLost && IsToRun(state, status);
  if (lost || FailedToArrive(state, status)) {
    const bool may_run = one.spec.requirements.singleton && IsAway(state, status.worker) &&
                         !IsFenced(state, status.worker, now);
    return !partitioned && !may_run && !ReleasesOf(state, one.id).empty();
  }
  const auto leaving = open.away_from.find(status.worker);
  const auto under_way = leaving == open.away_from.end() ? 0 : leaving->second;
  return leaves && under_way < kDrainAtOnceMax;
}

std::vector<std::shared_ptr<const InstanceRecord>> DueNow(const State& state, const OpenMoves& open,
                                                          bool partitioned, SteadyTime now) {
  std::vector<std::shared_ptr<const InstanceRecord>> due;
  for (const auto& [id, instance] : state.instances.all()) {
    if (IsDue(state, *instance, open, partitioned, now)) due.push_back(instance);
  }
  return due;
}

// What was never built has nothing to bring along: it goes where it fits at its next deploy.
void Unseat(Draft& draft, const InstanceRecord& instance) {
  auto changed = instance;
  changed.instance.status.worker.clear();
  changed.instance.status.address.clear();
  draft.PutStatus(std::move(changed));
  draft.Change(StoredAddress{instance.instance.id, ""});
}

void Rest(Draft& draft, const std::string& instance, bool failed) {
  const auto now = draft.now().steady;
  auto& unrest = draft.watch().unrest[instance];
  const bool again = unrest.last != SteadyTime{} && now - unrest.last < kCalm + kUnrest.After(unrest.count);
  unrest.count = again ? unrest.count + 1 : (failed ? 1 : 0);
  unrest.last = now;
  unrest.not_before = now + kUnrest.After(unrest.count);
  if (unrest.count < 2) return;
  draft.Event(
      {{},
       "instance.unrest",
       instance,
       "",
       "",
       fmt::format("{} moves in a row did not bring it to rest: the next one comes in {} s at the earliest",
                   unrest.count, (unrest.not_before - now) / Millis(1'000))});
}

void BeginOne(Draft& draft, const InstanceRecord& instance) {
  Begin begin;
  begin.kind =
      WasFencedOff(draft.state(), instance.instance.status) ? OperationKind::kStart : OperationKind::kMove;
  begin.instance = instance.instance.id;
  begin.operation = FreshId(draft.state(), instance, draft.now().wall);
  begin.origin.actor = std::string(kMasterActor);
  if (!BeginOperation(draft, begin).ok()) Rest(draft, begin.instance, true);
}

bool TakePay(Draft& draft) {
  auto& paid = draft.watch().moves_paid_until;
  const auto now = draft.now().steady;
  if (paid > now + kMovePause * kMovesInARow) return false;
  paid = std::max(paid, now) + kMovePause;
  return true;
}

void TellWhoIsEmpty(Draft& draft) {
  std::set<std::string> holders;
  for (const auto& [id, instance] : draft.state().instances.all())
    holders.insert(instance->instance.status.worker);
  auto& told = draft.watch().drained;
  for (const auto& [id, worker] : draft.state().workers.all()) {
    const bool empty = worker->availability == Availability::kEmptying && !holders.contains(id);
    if (!empty) {
      told.erase(id);
    } else if (told.insert(id).second) {
      draft.Event({{}, "worker.drained", "", "", id, "it holds nothing any more"});
    }
  }
}

}  // namespace

void BeginOwnMoves(Draft& draft) {
  const auto& state = draft.state();
  const bool partitioned = SuspectsPartition(draft);
  std::erase_if(draft.watch().unrest, [&](const auto& one) {
    return draft.now().steady - one.second.last > kCalm + kUnrest.After(one.second.count + 1);
  });
  auto open = OpenMovesOf(state);
  for (const auto& instance : DueNow(state, open, partitioned, draft.now().steady)) {
    if (ReleasesOf(state, instance->instance.id).empty()) {
      Unseat(draft, *instance);
      continue;
    }
    // What is due by now may be too much for one worker.
    if (!IsDue(state, *instance, open, partitioned, draft.now().steady)) continue;
    if (open.own >= state.settings.moves_at_once || !TakePay(draft)) break;
    ++open.own;
    ++open.away_from[instance->instance.status.worker];
    BeginOne(draft, *instance);
  }
  TellWhoIsEmpty(draft);
}

void RestIsOver(Draft& draft) {
  const auto soon = draft.now().steady + kUnrest.first;
  for (auto& [id, unrest] : draft.watch().unrest) unrest.not_before = std::min(unrest.not_before, soon);
}

void NoteMoveEnd(Draft& draft, const OperationRecord& record, OperationState state) {
  if (record.operation.actor != kMasterActor) return;
  if (state == OperationState::kDone || state == OperationState::kFailed || state == OperationState::kExpired)
    Rest(draft, record.operation.instance, state != OperationState::kDone);
}

}  // namespace edm::master
