#include "master/core/loss.h"

#include <algorithm>
#include <vector>

#include "common/base/text.h"
#include "master/core/begin_operation.h"
#include "master/core/end_operation.h"
#include "master/core/evict.h"
#include "master/core/seat.h"

namespace edm::master {
namespace {

Error DataIsAway(const std::string& instance, const std::string& worker) {
  return {Code::kUnavailable,
          "instance " + instance,
          "its worker " + worker + " is lost, and it keeps data there",
          {},
          "bring " + worker + " back, or give that data up: edmctl recover " + instance};
}

Error FellSilent(const std::string& worker) {
  return {Code::kUnavailable,
          "worker " + worker,
          "it fell silent during the attempt",
          {},
          "when it is back (edmctl worker ls), try again"};
}

bool MayCarryOn(const State& state, const OperationRecord& record, SteadyTime now) {
  const auto instance = state.instances.Find(record.operation.instance);
  const bool starts = record.order.target == Target::kBuilt || record.order.target == Target::kRunning;
  if (record.plan.move && record.plan.move->leg == Leg::kReturn) return false;
  if (instance == nullptr || !starts || (instance->instance.status.keeps_data && !record.plan.move))
    return false;
  return !instance->instance.spec.requirements.singleton || IsFenced(state, record.worker, now);
}

void EndLost(Draft& draft, const OperationRecord& record) {
  const auto instance = draft.state().instances.Find(record.operation.instance);
  if (instance && instance->instance.status.attempt == record.attempt) {
    auto changed = *instance;
    changed.instance.status.phase = Phase::kLost;
    draft.PutStatus(std::move(changed));
  }
  CancelAttemptOf(draft, record, "the master lost sight of this worker", true);
  EndOperation(draft, record, OperationState::kFailed, FellSilent(record.worker));
}

void CarryOn(Draft& draft, OperationRecord record, SteadyTime lost_at, bool partitioned) {
  const auto now = draft.now().steady;
  const auto left = record;
  const auto one = draft.state().instances.Find(left.operation.instance);
  const bool may_run =
      one && one->instance.spec.requirements.singleton && !IsFenced(draft.state(), left.worker, now);
  if (record.operation.kind == OperationKind::kDelete) {
    if (may_run) return;
    record.plan.stage = Stage::kFinish;
    record.stage_began = now;
    CancelAttemptOf(draft, left, "the master lost sight of this worker", true);
    return Advance(draft, std::move(record), true);
  }
  if (record.plan.move && record.plan.move->leg == Leg::kLeave &&
      IsFenced(draft.state(), record.worker, now)) {
    record.plan.move->was_left = true;
    if (BeginLeg(draft, record, Leg::kArrive)) return;
  }
  if (!partitioned && MayCarryOn(draft.state(), record, now) &&
      TryElsewhere(draft, record, Error{Code::kUnavailable, "worker " + left.worker, "it fell silent"})) {
    return CancelAttemptOf(draft, left, "another worker carries it on", true);
  }
  if (!may_run && now - lost_at > kLostPatience) EndLost(draft, left);
}

void LoseInstancesOf(Draft& draft, const std::string& worker) {
  for (const auto& instance : draft.state().instances.Records()) {
    const auto& id = instance->instance.id;
    if (instance->instance.status.worker != worker || instance->instance.status.phase != Phase::kRunning)
      continue;
    auto changed = *instance;
    auto& status = changed.instance.status;
    status.desired = Target::kRunning;
    status.phase = Phase::kLost;
    status.health = Health::kUnknown;
    if (status.keeps_data) status.failure = DataIsAway(id, worker);
    draft.PutStatus(std::move(changed));
    draft.Event({{}, "instance.lost", id, "", worker, ""});
  }
}

// Who is lost since a short while, or may be about to be: the moment of a loss is not known better than that.
std::vector<std::string> Vanishing(const State& state, SteadyTime now, bool overdue) {
  std::vector<std::string> workers;
  for (const auto& [id, worker] : state.workers.all()) {
    const bool lost = worker->state == WorkerState::kLost;
    const bool is_late = !lost && overdue && !worker->session.empty() &&
                         now - worker->seen > state.settings.beat_interval * kOverdueBeats;
    const bool is_new =
        lost && now - worker->lost_at < kAtOnce && worker->lost_at > state.watch.moves_resumed;
    if (is_new || is_late) workers.push_back(id);
  }
  return workers;
}

bool IsTooMany(const State& state, std::size_t vanished) {
  return vanished >= 2 && static_cast<double>(vanished) >
                              state.settings.suspect_share * static_cast<double>(state.workers.size());
}

}  // namespace

void LoseWorker(Draft& draft, WorkerRecord record) {
  const auto now = draft.now().steady;
  record.flaps = record.back_at != SteadyTime{} && now - record.back_at < kCalm ? record.flaps + 1 : 0;
  record.state = WorkerState::kLost;
  record.lost_at = now;
  record.session.clear();
  const auto id = record.facts.id;
  draft.Put(std::move(record));
  draft.Event({{}, "worker.lost", "", "", id, "no beat came for a while"});
  ForgetCopies(draft, id);
  draft.watch().next_look = now;
  LoseInstancesOf(draft, id);
}

void CarryOnFrom(Draft& draft, const std::string& worker, bool partitioned) {
  // Who was taken away is not waited for.
  const auto lost = draft.state().workers.Find(worker);
  const auto lost_at = lost ? lost->lost_at : SteadyTime{};
  const auto open = draft.state().open.ids();
  for (const auto& id : open) {
    const auto found = draft.state().operations.Find(id);
    if (found && found->worker == worker && found->plan.stage == Stage::kAttempt)
      CarryOn(draft, *found, lost_at, partitioned);
  }
}

bool SuspectsPartition(Draft& draft) {
  const auto& state = draft.state();
  const auto now = draft.now().steady;
  auto& vanished = draft.watch().vanished;
  std::erase_if(vanished, [&](const std::string& id) {
    const auto worker = state.workers.Find(id);
    return worker == nullptr || worker->state != WorkerState::kLost;
  });
  if (!IsTooMany(state, vanished.size())) vanished.clear();
  const auto lost = Vanishing(state, now, false);
  const bool is_news =
      std::any_of(lost.begin(), lost.end(), [&](const std::string& id) { return !vanished.contains(id); });
  if (is_news && IsTooMany(state, lost.size())) {
    vanished.insert(lost.begin(), lost.end());
    draft.Event({{},
                 "cluster.partition_suspected",
                 "",
                 "",
                 "",
                 std::to_string(lost.size()) + " of " + std::to_string(state.workers.size()) +
                     " workers fell silent at once (" + Join(lost, ", ") +
                     "): nothing of them is placed elsewhere until they are back, or somebody says "
                     "edmctl worker resume"});
  }
  return !vanished.empty() || IsTooMany(state, Vanishing(state, now, true).size());
}

}  // namespace edm::master
