#include "master/core/move.h"

#include <algorithm>

#include "common/base/backoff.h"
#include "master/core/begin_operation.h"
#include "master/core/end_operation.h"
#include "master/core/not_as_it_is.h"
#include "master/core/not_found.h"
#include "master/core/order.h"
#include "master/core/releases.h"
#include "master/core/seat.h"
#include "master/core/steps.h"

namespace edm::master {
namespace {

Status CheckTarget(const State& state, const Begin& begin, const InstanceStatus& status) {
  if (begin.to.empty() || begin.to == status.worker) return Ok();
  if (state.workers.Find(begin.to) == nullptr)
    return NoSuch("worker", begin.to, state.workers, "edmctl worker ls");
  if (ShareEngine(state, begin.to, status.worker)) {
    return NotAsItIs(begin.instance, "workers " + begin.to + " and " + status.worker + " share one engine",
                     "name a worker with an engine of its own");
  }
  return Ok();
}

Status CheckData(const Begin& begin, const InstanceStatus& status) {
  if (!status.keeps_data || begin.give_up_data) return Ok();
  return NotAsItIs(begin.instance, "it keeps data in volumes or folders of worker " + status.worker,
                   "edmctl move " + begin.instance + " --give-up-data begins with empty ones elsewhere");
}

// What was started there no longer has its images where it came from: what is left there goes.
void MoveReleases(Draft& draft, const OperationRecord& record) {
  const auto& instance = record.operation.instance;
  for (const auto& release : ReleasesOf(draft.state(), instance)) {
    auto changed = *release;
    if (release->number == record.operation.release) {
      changed.worker = record.worker;
      if (!record.plan.move->images.empty()) changed.images = record.plan.move->images;
    } else if (release->worker != record.worker) {
      changed.worker.clear();
    }
    if (changed.worker != release->worker || changed.images != release->images) draft.Put(std::move(changed));
  }
}

void EndOnTheWayBack(Draft& draft, OperationRecord& record, bool reached, std::optional<Error> failure) {
  const auto outcome = *record.plan.move->ends_as;
  auto first = record.operation.failure;
  if (first && !reached && failure) {
    first->evidence.push_back("it could not be started again on " + record.worker + ": " +
                              ToString(*failure));
  }
  if (reached) record.operation.restored_release = record.operation.release;
  EndOperation(draft, std::move(record), outcome, std::move(first));
}

Error NowhereToGo(const OperationRecord& record) {
  return {Code::kUnavailable,
          "instance " + record.operation.instance,
          "no other worker takes it any more",
          {},
          "see edmctl worker ls, then try again"};
}

}  // namespace

Result<MoveVerdict> JudgeMove(const State& state, const Begin& begin, const InstanceRecord& instance) {
  const auto& status = instance.instance.status;
  const auto& id = instance.instance.id;
  if (status.worker.empty()) {
    return NotAsItIs(id, "it is on no worker", "edmctl deploy places it");
  }
  if (begin.only_if_lost && !IsAway(state, status.worker)) {
    return NotAsItIs(id, "its worker " + status.worker + " is there",
                     "edmctl move " + id + " brings it to another one");
  }
  EDM_CHECK(CheckTarget(state, begin, status));
  EDM_CHECK(CheckData(begin, status));
  MoveVerdict verdict;
  const bool may_start = MayBeStarting(status);
  const bool runs = IsToRun(state, status) || (may_start && status.desired == Target::kRunning);
  if (runs && state.releases.Find(ReleaseKey(id, status.release)) != nullptr) {
    verdict.release = status.release;
  } else {
    EDM_TRY(verdict.release, ReleaseToStart(state, instance));
  }
  verdict.until = runs ? Until::kRunning : Until::kBuilt;
  verdict.is_there = begin.to == status.worker;
  const bool stops_first =
      (runs || may_start) && instance.instance.spec.requirements.singleton && !IsAway(state, status.worker);
  verdict.plan = {.leg = stops_first ? Leg::kLeave : Leg::kArrive,
                  .from = status.worker,
                  .to = begin.to,
                  .gives_up_data = begin.give_up_data};
  return verdict;
}

void PlanMove(OperationRecord& record, const MoveVerdict& verdict) {
  record.plan.move = verdict.plan;
  record.plan.until = verdict.until;
  record.operation.steps.clear();
  std::vector<std::string> names{"place"};
  if (verdict.plan.leg == Leg::kLeave) names.emplace_back("stop");
  names.insert(names.end(), {"policy", "build"});
  if (verdict.until == Until::kRunning) names.emplace_back("start");
  for (auto& name : names) record.operation.steps.push_back({.name = std::move(name)});
}

std::map<std::string, std::string> BarredFrom(const State& state, const MovePlan& move, SteadyTime now) {
  std::map<std::string, std::string> barred;
  for (const auto& [id, worker] : state.workers.all()) {
    const auto rests = kUnrest.After(worker->flaps == 0 ? 0 : worker->flaps - 1);
    if (id == move.from) {
      barred[id] = "is where it moves away from";
    } else if (!move.to.empty() && id != move.to) {
      barred[id] = "is not the one that was asked for";
    } else if (ShareEngine(state, id, move.from)) {
      barred[id] = "shares the engine of " + move.from;
    } else if (move.to.empty() && now - worker->back_at < rests) {
      barred[id] = "was lost " + std::to_string(worker->flaps + 1) + " times in a row";
    }
  }
  return barred;
}

void Arrive(Draft& draft, const OperationRecord& record, const AttemptEnd& end) {
  const auto found = draft.state().instances.Find(record.operation.instance);
  const auto worker = draft.state().workers.Find(record.worker);
  if (found == nullptr || worker == nullptr) return;
  MoveReleases(draft, record);
  auto changed = *found;
  auto& status = changed.instance.status;
  status.worker = record.worker;
  status.address = worker->facts.public_address;
  status.attempt = record.attempt;
  status.phase = end.phase;
  status.health = end.phase == Phase::kRunning ? Health::kHealthy : Health::kUnknown;
  if (end.running_release != 0) status.release = end.running_release;
  status.endpoints = end.endpoints;
  status.services = end.services;
  status.keeps_data = end.keeps_data;
  if (record.placement) status.placement = record.placement;
  draft.PutStatus(std::move(changed));
  draft.Change(StoredAddress{record.operation.instance, worker->facts.public_address});
  draft.Event({{},
               "instance.moved",
               record.operation.instance,
               record.operation.id,
               record.worker,
               "from " + record.plan.move->from});
}

bool GoOnMoving(Draft& draft, OperationRecord& record, bool reached, OperationState outcome,
                std::optional<Error> failure) {
  auto& move = *record.plan.move;
  if (move.leg == Leg::kReturn) {
    EndOnTheWayBack(draft, record, reached, std::move(failure));
    return true;
  }
  if (move.leg == Leg::kLeave && reached) move.was_left = true;
  auto next = LegAfter(move.leg, reached, move.was_left);
  if (next == Leg::kArrive) {
    SetStep(draft, record, "stop", StepState::kDone);
    if (BeginLeg(draft, record, Leg::kArrive)) return true;
    outcome = OperationState::kFailed;
    failure = NowhereToGo(record);
    next = LegAfter(Leg::kArrive, false, true);
  }
  if (next != Leg::kReturn) return false;
  // The way back has a time of its own, and is nobody's to cancel.
  move.ends_as = outcome;
  record.operation.failure = failure;
  record.plan.cancel_requested = false;
  record.expires = draft.now().steady + draft.state().settings.start_deadline;
  record.operation.deadline = draft.now().wall + draft.state().settings.start_deadline;
  if (BeginLeg(draft, record, Leg::kReturn)) return true;
  EndOnTheWayBack(draft, record, false,
                  Error{Code::kUnavailable, "worker " + move.from, "it is away", {}, ""});
  return true;
}

}  // namespace edm::master
