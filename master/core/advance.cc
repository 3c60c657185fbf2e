#include "common/model/member_name.h"
#include "master/core/begin_operation.h"
#include "master/core/end_operation.h"
#include "master/core/keep_to_plan.h"
#include "master/core/members.h"
#include "master/core/move.h"
#include "master/core/order.h"
#include "master/core/placement/promises.h"
#include "master/core/placement/request_for.h"
#include "master/core/releases.h"
#include "master/core/rollout.h"
#include "master/core/seat.h"
#include "master/core/steps.h"
#include "master/core/take_replicas.h"
#include "master/core/undo_creation.h"
#include "master/core/wait_for_worker.h"

namespace edm::master {
namespace {

void EnterStage(Draft& draft, OperationRecord& record, Stage stage) {
  EDM_ASSERT(MayAdvance(record.plan.stage, stage));
  record.plan.stage = stage;
  record.stage_began = draft.now().steady;
}

// Source: asks the git server, unless an upload is on its way or the commit is known.
void AskForSource(Draft& draft, OperationRecord record, const InstanceRecord& instance, bool again) {
  if (record.plan.source.kind == SourceKind::kUpload) {
    if (!again) {
      SetStep(draft, record, "source", StepState::kRunning);
      return draft.Put(std::move(record));
    }
    const auto& one = instance.instance;
    auto source = record.plan.source;
    source.branch = one.spec.branch;
    draft.Do(FindUpload{record.operation.id, one.owner, one.id, std::move(source)});
    return draft.Put(std::move(record));
  }
  SetStep(draft, record, "source", StepState::kRunning);
  const auto& one = instance.instance;
  auto url = record.plan.git_url;
  auto ref = record.plan.ref;
  if (record.operation.kind == OperationKind::kRefresh && one.status.source.kind == SourceKind::kGit) {
    url = one.status.source.git_url;
    ref = one.status.source.ref;
  }
  draft.Do(TakeSource{record.operation.id, one.owner, one.id, one.spec.branch, url, ref});
  draft.Put(std::move(record));
}

PlacementRequest RequestOf(const State& state, const OperationRecord& record, const InstanceRecord& instance,
                           SteadyTime now) {
  auto request = RequestFor(state, instance, now);
  request.rejected_by = record.plan.rejected_by;
  if (!record.plan.move) return request;
  request.holder.clear();
  request.needs_network = true;
  request.barred.merge(BarredFrom(state, *record.plan.move, now));
  return request;
}

Placement PlaceNow(Draft& draft, const OperationRecord& record, const InstanceRecord& instance) {
  const auto request = RequestOf(draft.state(), record, instance, draft.now().steady);
  return draft.placer().Place(request, PolicyOf(draft.state()), draft.now().wall).placement;
}

// Whether it may go to another worker than the one that holds it.
bool IsPlaced(const OperationRecord& record, const std::string& seat) {
  const auto kind = record.operation.kind;
  if (record.plan.move) return record.plan.move->leg == Leg::kArrive;
  return NeedsSource(kind) ||
         (seat.empty() && kind != OperationKind::kStop && kind != OperationKind::kDelete);
}

// What an order to a worker that is there must pass: stop and delete go to the holder whatever its load is.
Placement Holder(const State& state, const std::string& id, WallTime now) {
  Placement placement{.decided_at = now};
  const auto worker = state.workers.Find(id);
  Candidate candidate{.worker = id};
  candidate.feasible = worker && !worker->session.empty() && worker->state != WorkerState::kLost;
  if (candidate.feasible) {
    candidate.load = worker->background;
    candidate.reasons = {{.about = "holds the instance"}};
    placement.worker = id;
  } else {
    const bool is_lost = worker != nullptr && worker->state == WorkerState::kLost;
    candidate.reasons = {{.about = is_lost ? "is lost" : "has not registered yet"}};
  }
  placement.candidates.push_back(std::move(candidate));
  return placement;
}

void RecordPlacement(Draft& draft, OperationRecord& record, const InstanceRecord& instance,
                     Placement placement) {
  const bool places = IsPlaced(record, SeatOf(draft.state(), instance, draft.now().steady));
  record.worker = placement.worker;
  record.placement_note = placement.worker + ": " + ReasonOf(placement);
  if (places) SetStep(draft, record, "place", StepState::kDone, record.placement_note);

  Promise(draft, record, instance);

  auto changed = instance;
  auto& status = changed.instance.status;
  if (ArrivesBeside(record, instance)) {
    record.placement = std::move(placement);
  } else {
    status.worker = record.worker;
    if (places) status.placement = std::move(placement);
  }
  AssignOrder(draft, record, changed);
  draft.PutStatus(std::move(changed));
}

// What is there of a deleted instance goes when its worker is back.
void FinishWithoutWorker(Draft& draft, OperationRecord record, const std::string& worker) {
  SetStep(draft, record, "delete", StepState::kRunning,
          "worker " + worker + " is away: what is there goes when it is back");
  EnterStage(draft, record, Stage::kFinish);
  Advance(draft, std::move(record), true);
}

// A worker that was away when the move was asked for may be back.
bool MustLeaveFirst(const State& state, const OperationRecord& record, const InstanceRecord& instance) {
  const auto& move = *record.plan.move;
  const bool may_run = record.plan.until == Until::kRunning || MayBeStarting(instance.instance.status);
  return instance.instance.spec.requirements.singleton && move.leg == Leg::kArrive && !move.was_left &&
         may_run && !IsAway(state, move.from);
}

// Whether a copy of a singleton may still run on a worker that is silent.
bool WaitsForFence(const State& state, const OperationRecord& record, const InstanceRecord& instance,
                   SteadyTime now) {
  const auto kind = record.operation.kind;
  const auto& one = instance.instance;
  const bool gives_up =
      kind == OperationKind::kDelete || (record.plan.move && record.plan.move->gives_up_data);
  return one.spec.requirements.singleton && (gives_up || !one.status.keeps_data) &&
         kind != OperationKind::kStop && !one.status.worker.empty() && IsAway(state, one.status.worker) &&
         !IsFenced(state, one.status.worker, now);
}

void TryToPlace(Draft& draft, OperationRecord record, const InstanceRecord& instance) {
  const auto known = draft.state().operations.Find(record.operation.id);
  const bool waited = known && known->plan.stage == Stage::kPlace && known->stage_began != draft.now().steady;
  const auto kind = record.operation.kind;
  const auto& state = draft.state();
  const auto& status = instance.instance.status;
  if (kind == OperationKind::kDelete && status.worker.empty()) {
    SetStep(draft, record, "delete", StepState::kRunning, "nothing is on a worker");
    EnterStage(draft, record, Stage::kFinish);
    return Advance(draft, std::move(record), true);
  }
  const bool is_left = kind == OperationKind::kDelete && IsAway(state, status.worker);
  const bool has_stopped =
      !instance.instance.spec.requirements.singleton || IsFenced(state, status.worker, draft.now().steady);
  if (is_left && has_stopped) return FinishWithoutWorker(draft, std::move(record), status.worker);
  if (WaitsForFence(state, record, instance, draft.now().steady)) {
    const auto notes = draft.decision().notes.size();
    const auto step = kind == OperationKind::kDelete ? "delete" : "place";
    SetStep(draft, record, step, StepState::kRunning,
            "waits until " + status.worker + ", which is silent, has surely stopped it");
    if (!waited || draft.decision().notes.size() != notes) draft.Put(std::move(record));
    return;
  }
  if (record.plan.move && MustLeaveFirst(state, record, instance)) record.plan.move->leg = Leg::kLeave;
  // A singleton does not stop before there is a place for it.
  const bool places = IsPlaced(record, SeatOf(state, instance, draft.now().steady)) || record.plan.move;
  const auto request = places ? RequestOf(state, record, instance, draft.now().steady) : PlacementRequest{};
  auto outcome = places ? draft.placer().Place(request, PolicyOf(state), draft.now().wall)
                        : Placer::Outcome{Holder(state, status.worker, draft.now().wall), Hope::kMended};
  auto& placement = outcome.placement;
  if (!placement.worker.empty() && record.plan.move && record.plan.move->leg == Leg::kLeave)
    placement = Holder(state, record.plan.move->from, draft.now().wall);
  // That nobody takes it differs from the plan as well; it is told once.
  const bool tells = places && (!waited || !placement.worker.empty());
  if (tells && !KeepsToPlan(draft, record, request, placement)) return;
  if (placement.worker.empty()) {
    return WaitForWorker(draft, std::move(record), outcome, places ? &request : nullptr, waited);
  }
  if (places) SetStep(draft, record, "place", StepState::kRunning);
  EnterStage(draft, record, Stage::kAttempt);
  RecordPlacement(draft, record, instance, std::move(outcome.placement));
  SendOrderOf(draft, record);
  draft.Put(std::move(record));
}

void Finish(Draft& draft, OperationRecord record, const InstanceRecord& instance, bool again) {
  const auto& one = instance.instance;
  if (record.operation.kind == OperationKind::kDelete) {
    // A member has no repo of its own.
    if (IsMember(one.id)) return EndGone(draft, std::move(record), OperationState::kDone);
    if (again) draft.Do(DeleteRepo{record.operation.id, one.owner, one.id});
    return draft.Put(std::move(record));
  }
  if (record.plan.push) {
    if (again) draft.Do(MoveBranch{record.operation.id, one.owner, one.id, *record.plan.push});
    return draft.Put(std::move(record));
  }
  EndOperation(draft, std::move(record), OperationState::kDone);
}

// What the steps of an attempt say belongs to the worker that could not try.
void ResetSteps(OperationRecord& record) {
  for (auto& step : record.operation.steps) {
    if (step.name != "source" && step.name != "stop") step = Step{.name = step.name};
  }
}

// The next attempt of the same operation.
void OrderAnew(Draft& draft, OperationRecord& record, const InstanceRecord& instance, Placement placement) {
  PromiseEnds(draft, record, OperationState::kFailed);
  ResetSteps(record);
  RecordPlacement(draft, record, instance, std::move(placement));
  record.worker_cursor = 0;
  record.stage_began = draft.now().steady;
  SendOrderOf(draft, record);
  draft.Put(record);
}

}  // namespace

bool TryElsewhere(Draft& draft, OperationRecord& record, const Error& failure) {
  const auto instance = draft.state().instances.Find(record.operation.instance);
  if (instance == nullptr || record.plan.cancel_requested || draft.now().steady >= record.expires)
    return false;
  const bool is_new = record.order.build && instance->instance.status.release == 0 &&
                      ReleasesOf(draft.state(), record.operation.instance).empty();
  const bool arrives = record.plan.move && record.plan.move->leg == Leg::kArrive;
  if (!is_new && !arrives && !IsAway(draft.state(), record.worker)) return false;
  record.plan.rejected_by[record.worker] = ToString(failure);
  if (record.plan.rejected_by.size() >= kPlacementsMax) return false;
  auto placement = PlaceNow(draft, record, *instance);
  if (placement.worker.empty()) return false;
  auto warning = record.worker + " could not take it: " + ToString(failure) + "; trying " + placement.worker;
  if (!record.plan.plan_revision.empty()) record.operation.plan_difference = warning;
  Warn(draft, record, std::move(warning));
  OrderAnew(draft, record, *instance, std::move(placement));
  return true;
}

bool BeginLeg(Draft& draft, OperationRecord& record, Leg leg) {
  const auto instance = draft.state().instances.Find(record.operation.instance);
  if (instance == nullptr) return false;
  record.plan.move->leg = leg;
  auto placement = leg == Leg::kArrive ? PlaceNow(draft, record, *instance)
                                       : Holder(draft.state(), record.plan.move->from, draft.now().wall);
  if (placement.worker.empty()) return false;
  OrderAnew(draft, record, *instance, std::move(placement));
  return true;
}

void Advance(Draft& draft, OperationRecord record, bool again) {
  if (UndoesCreation(record)) {
    // After a restart nothing of this master brings a source.
    if (again) RemoveMade(draft, std::move(record));
    return;
  }
  auto instance = draft.state().instances.Find(record.operation.instance);
  if (instance == nullptr) {
    return EndOperation(
        draft, std::move(record), OperationState::kFailed,
        Error{Code::kNotFound, "instance " + record.operation.instance, "it is gone", {}, "edmctl ls"});
  }
  if (record.plan.stage == Stage::kSource) {
    if (record.plan.source.commit.empty()) return AskForSource(draft, std::move(record), *instance, again);
    if (!NeedsWorker(record.operation.kind, record.plan.until)) {
      return EndOperation(draft, std::move(record), OperationState::kDone);
    }
    if (auto taken = TakeReplicas(draft, record); !taken.ok())
      return EndOperation(draft, std::move(record), OperationState::kFailed, std::move(taken).error());
    instance = draft.state().instances.Find(record.operation.instance);
    EnterStage(draft, record, Stage::kPlace);
  }
  if (record.plan.stage == Stage::kPlace && IsSet(instance->instance))
    return BeginRollout(draft, std::move(record));
  if (record.plan.rollout && record.plan.stage == Stage::kAttempt)
    return GoOnRolling(draft, record.operation.id);
  if (record.plan.stage == Stage::kPlace) return TryToPlace(draft, std::move(record), *instance);
  if (record.plan.stage == Stage::kAttempt) {
    // What was cancelled is not sent again where nothing was heard of it. Whether it has got there before,
    // its worker says, or nobody within kCancelWaitMax.
    const bool is_taken_back = record.plan.cancel_requested && record.worker_cursor == 0;
    if (again && !is_taken_back) SendOrderOf(draft, record);
    return;
  }
  if (record.plan.stage == Stage::kFinish) return Finish(draft, std::move(record), *instance, again);
}

}  // namespace edm::master
