#include "master/core/attempt.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/model/member_name.h"
#include "master/core/begin_operation.h"
#include "master/core/end_operation.h"
#include "master/core/move.h"
#include "master/core/order.h"
#include "master/core/placement/promises.h"
#include "master/core/releases.h"
#include "master/core/steps.h"
#include "master/core/unheard.h"

namespace edm::master {
namespace {

void OnPhase(Draft& draft, const OperationRecord& record, Phase phase) {
  const auto found = draft.state().instances.Find(record.operation.instance);
  if (found == nullptr || found->instance.status.attempt != record.attempt) return;
  if (!MayFollow(found->instance.status.phase, phase)) return;
  auto changed = *found;
  changed.instance.status.phase = phase;
  draft.PutStatus(std::move(changed));
}

// A release that was built before has its images on this worker now.
void OnBuiltAgain(Draft& draft, OperationRecord& record, Release release, const Built& built) {
  if (record.plan.move) {
    record.plan.move->images = built.images;  // it counts once it has arrived
    if (ArrivesBeside(record, *draft.state().instances.Find(release.instance))) return;
  }
  auto changed = *draft.state().instances.Find(release.instance);
  if (const auto worker = draft.state().workers.Find(record.worker)) {
    changed.instance.status.address = worker->facts.public_address;
    draft.PutStatus(std::move(changed));
  }
  if (record.plan.move) return;
  release.images = built.images;
  release.worker = record.worker;
  draft.Put(std::move(release));
}

void OnBuilt(Draft& draft, OperationRecord& record, const Built& built, WallTime time) {
  const auto found = draft.state().instances.Find(record.operation.instance);
  if (found == nullptr) return;
  if (const auto known = draft.state().releases.Find(ReleaseKey(found->instance.id, record.order.release)))
    return OnBuiltAgain(draft, record, *known, built);
  const auto& instance = found->instance;
  Release release;
  release.instance = instance.id;
  release.number = record.order.release;
  release.source = record.plan.source;
  release.template_name = built.template_name;
  release.template_commit = built.template_commit;
  release.images = built.images;
  release.grants = built.grants;
  release.worker = record.worker;
  release.operation = record.operation.id;
  release.created_at = time;
  auto changed = *found;
  changed.instance.status.newest_release = std::max(changed.instance.status.newest_release, release.number);
  if (const auto worker = draft.state().workers.Find(record.worker)) {
    changed.instance.status.address = worker->facts.public_address;
  }
  draft.PutStatus(std::move(changed));
  RecordRelease(draft, std::move(release));
}

void MarkGood(Draft& draft, const std::string& instance, std::uint32_t number) {
  const auto found = draft.state().releases.Find(ReleaseKey(instance, number));
  if (found == nullptr || found->good) return;
  auto changed = *found;
  changed.good = true;
  draft.Put(std::move(changed));
  if (IsMember(instance)) MarkGood(draft, SetOf(instance), number);
}

void Settle(Draft& draft, const OperationRecord& record, const AttemptEnd& end) {
  const auto found = draft.state().instances.Find(record.operation.instance);
  if (found == nullptr || found->instance.status.attempt != record.attempt) return;
  auto changed = *found;
  auto& status = changed.instance.status;
  status.phase = end.phase;
  status.endpoints = end.endpoints;
  status.services = end.services;
  status.health = Health::kUnknown;
  if (end.running_release != 0) {
    // A failed attempt may leave the release before it in service.
    status.phase = Phase::kRunning;
    status.release = end.running_release;
    status.health = Health::kHealthy;
  }
  if (end.phase == Phase::kRunning) status.health = Health::kHealthy;
  if (HasStoppedSince(draft.state(), record, end)) {
    status.phase = Phase::kStopped;
    status.health = Health::kUnknown;
    status.desired = Target::kRunning;
  }
  status.keeps_data = end.keeps_data;
  draft.PutStatus(std::move(changed));
}

bool Reached(const Order& order, Phase phase) {
  switch (order.target) {
    case Target::kBuilt:
      return phase == Phase::kBuilt;
    case Target::kRunning:
      return phase == Phase::kRunning;
    case Target::kStopped:
      return phase == Phase::kStopped;
    case Target::kDeleted:
      return phase == Phase::kDeleted;
    case Target::kNothing:
      return true;
  }
  return false;
}

OperationState Outcome(const OperationRecord& record, const AttemptEnd& end, SteadyTime now) {
  // First: a worker ends what is too late the way it ends what is cancelled.
  const bool late = end.failure && end.failure->code == Code::kDeadlineExceeded && now >= record.expires;
  if (late) return OperationState::kExpired;
  return end.phase == Phase::kCancelled ? OperationState::kCancelled : OperationState::kFailed;
}

// What other workers said before the last one.
void AddRejections(Error& failure, const OperationRecord& record) {
  for (const auto& [worker, why] : record.plan.rejected_by) {
    if (worker != record.worker) failure.evidence.push_back(worker + " could not take it: " + why);
  }
}

Error FailureOf(const OperationRecord& record, const AttemptEnd& end) {
  if (end.failure) return *end.failure;
  const bool cancelled = end.phase == Phase::kCancelled;
  return {cancelled ? Code::kCancelled : Code::kInternal,
          "instance " + record.operation.instance,
          cancelled ? "cancelled" : "the attempt ended as " + std::string(PhaseName(end.phase)),
          {},
          cancelled ? "start it again when you want it" : "edmctl logs " + record.operation.instance};
}

// What becomes of a move whose leg has ended. False: it ends as any other operation would.
bool OnLegEnd(Draft& draft, OperationRecord& record, const AttemptEnd& end, bool reached) {
  if (reached && record.plan.move->leg == Leg::kArrive) Arrive(draft, record, end);
  if (reached) return GoOnMoving(draft, record, true, OperationState::kDone, {});
  auto failure = FailureOf(record, end);
  AddRejections(failure, record);
  return GoOnMoving(draft, record, false, Outcome(record, end, draft.now().steady), std::move(failure));
}

void OnEnd(Draft& draft, OperationRecord record, const AttemptEnd& end) {
  Settle(draft, record, end);
  record.operation.restored_release = end.restored_release;
  record.operation.still_serves = end.still_serves;
  record.operation.endpoints = end.endpoints;
  const bool reached = Reached(record.order, end.phase);
  if (record.plan.move && OnLegEnd(draft, record, end, reached)) return;
  if (reached) {
    // Another than was asked for where nothing differed from what runs: its number was never used.
    if (end.phase == Phase::kRunning && end.running_release != 0)
      record.operation.release = end.running_release;
    if (end.phase == Phase::kRunning) MarkGood(draft, record.operation.instance, record.operation.release);
    if (record.operation.kind != OperationKind::kDelete) CloseSteps(draft, record, true);
    record.plan.stage = Stage::kFinish;
    record.stage_began = draft.now().steady;
    return Advance(draft, std::move(record), true);
  }
  auto failure = FailureOf(record, end);
  AddRejections(failure, record);
  const auto outcome = Outcome(record, end, draft.now().steady);
  EndOperation(draft, std::move(record), outcome, std::move(failure));
}

}  // namespace

void OnAttempt(Draft& draft, const AttemptReported& report) {
  const auto found = draft.state().operations.Find(report.operation);
  if (found == nullptr || found->attempt != report.attempt || IsTerminal(found->operation.state)) return;
  const auto& event = report.event;
  if (const auto* line = std::get_if<BuildLine>(&event.what)) {
    return draft.Note({report.operation, report.attempt, event.cursor, event.time, *line});
  }
  if (event.cursor <= found->worker_cursor || found->plan.stage != Stage::kAttempt) return;
  auto record = *found;
  record.worker_cursor = event.cursor;
  if (const auto* end = std::get_if<AttemptEnd>(&event.what)) {
    const bool is_rejected = end->phase == Phase::kRejected && end->failure.has_value();
    if (is_rejected && TryElsewhere(draft, record, *end->failure)) return;
    return OnEnd(draft, std::move(record), *end);
  }
  if (const auto* phase = std::get_if<Phase>(&event.what)) {
    OnPhase(draft, record, *phase);
    // Addresses are reserved before anything is built.
    if (*phase >= Phase::kBuilding) NetworkIsTaken(draft, record, event.time);
  } else if (const auto* step = std::get_if<Step>(&event.what)) {
    SetStep(draft, record, *step, event.cursor);
  } else if (const auto* built = std::get_if<Built>(&event.what)) {
    OnBuilt(draft, record, *built, event.time);
  } else if (const auto* warning = std::get_if<Warning>(&event.what)) {
    if (record.operation.warnings.size() < kWarningsMax) record.operation.warnings.push_back(warning->text);
    draft.Note({report.operation, report.attempt, event.cursor, event.time, *warning});
  }
  draft.Put(std::move(record));
}

void OnOrderRefused(Draft& draft, const OrderRefused& report) {
  const auto found = draft.state().operations.Find(report.operation);
  if (found == nullptr || found->attempt != report.attempt || found->plan.stage != Stage::kAttempt) return;
  AttemptEnd end;
  end.phase = report.error.code == Code::kCancelled ? Phase::kCancelled : Phase::kRejected;
  end.failure = About(report.error, "instance " + found->operation.instance);
  const auto instance = draft.state().instances.Find(found->operation.instance);
  if (instance) {
    end.endpoints = instance->instance.status.endpoints;
    end.services = instance->instance.status.services;
    end.keeps_data = instance->instance.status.keeps_data;
  }
  const auto record = *found;
  OnEnd(draft, record, end);
  ShowWhatIsThere(draft, record);
}

}  // namespace edm::master
