#include "master/core/begin_operation.h"

#include <algorithm>

#include "master/core/create_instance.h"
#include "master/core/end_operation.h"
#include "master/core/idempotency.h"
#include "master/core/judge_operation.h"
#include "master/core/members.h"
#include "master/core/move.h"
#include "master/core/not_found.h"
#include "master/core/open_delete.h"
#include "master/core/steps.h"
#include "master/core/time_given.h"
#include "master/core/undo_creation.h"

namespace edm::master {
namespace {

Until GoesTo(const Begin& begin) {
  switch (begin.kind) {
    case OperationKind::kSource:
      return Until::kSource;
    case OperationKind::kBuild:
      return Until::kBuilt;
    default:
      return begin.until == Until::kDefault ? Until::kRunning : begin.until;
  }
}

Status CheckTimeout(const Begin& begin) {
  if (!begin.timeout || (*begin.timeout >= kTimeoutMin && *begin.timeout <= kTimeoutMax)) return Ok();
  return Error{Code::kInvalidArgument,
               "timeout",
               "it is " + FormatDuration(*begin.timeout),
               {},
               "give 1 s to 24 h, or leave it out"};
}

void TakeScale(Draft& draft, const Begin& begin) {
  auto changed = *draft.state().instances.Find(begin.instance);
  changed.instance.spec.replicas = begin.replicas;
  draft.PutSpec(std::move(changed));
}

// Whether the instance has no source yet and an open operation made it: what follows that one then answers
// for the instance as well.
bool IsBeingMade(const State& state, const InstanceRecord& instance) {
  if (!instance.instance.status.source.commit.empty()) return false;
  return std::ranges::any_of(OpenOf(state, instance.instance.id),
                             [](const auto& record) { return record->plan.made_instance; });
}

OperationRecord Make(const Draft& draft, const Begin& begin) {
  OperationRecord record;
  auto& operation = record.operation;
  const auto until = GoesTo(begin);
  const auto timeout = begin.timeout.value_or(TimeGiven(draft.state(), begin.instance, begin.kind, until));
  operation.id = begin.operation;
  operation.instance = begin.instance;
  operation.kind = begin.kind;
  operation.state = OperationState::kRunning;
  operation.steps = StepsOf(begin.kind, until);
  operation.part_of = begin.part_of;
  // A set has no steps but its source: its members, which take that from it, bring theirs.
  const bool is_set = IsSet(draft.state().instances.Find(begin.instance)->instance);
  if (is_set || !begin.part_of.empty())
    std::erase_if(operation.steps, [&](const Step& one) { return is_set != (one.name == "source"); });
  operation.request_id = begin.origin.request_id;
  operation.actor = begin.origin.actor;
  operation.created_at = draft.now().wall;
  operation.deadline = draft.now().wall + timeout;
  record.request_digest = begin.origin.request_digest;
  record.expires = draft.now().steady + timeout;
  record.stage_began = draft.now().steady;
  record.plan = {.stage = NeedsSource(begin.kind) ? Stage::kSource : Stage::kPlace,
                 .until = until,
                 .no_cache = begin.no_cache,
                 .keep_volumes = begin.keep_volumes,
                 .ref = begin.ref,
                 .git_url = begin.git_url,
                 .plan_revision = begin.plan_revision,
                 .require_plan = begin.require_plan};
  if (begin.upload) record.plan.source = *begin.upload;
  if (begin.source) record.plan.source = *begin.source;
  if (begin.push) {
    record.plan.push = begin.push;
    record.plan.source = {.kind = SourceKind::kPush,
                          .commit = begin.push->to,
                          .branch = begin.push->branch,
                          .replicas = begin.replicas};
  }
  return record;
}

void PutCurrent(Draft& draft, const OperationRecord& record) {
  if (!NeedsWorker(record.operation.kind, record.plan.until)) return;
  auto instance = *draft.state().instances.Find(record.operation.instance);
  instance.instance.status.operation = record.operation.id;
  const bool is_part = !record.operation.part_of.empty() && NeedsSource(record.operation.kind);
  if (is_part) instance.instance.status.source = record.plan.source;
  draft.PutStatus(std::move(instance));
}

// What its worker stopped by itself is not to be started again.
void WishStopped(Draft& draft, const std::string& id) {
  auto changed = *draft.state().instances.Find(id);
  if (changed.instance.status.desired != Target::kRunning) return;
  changed.instance.status.desired = Target::kStopped;
  draft.PutStatus(std::move(changed));
}

}  // namespace

bool NeedsSource(OperationKind kind) {
  return kind == OperationKind::kSource || kind == OperationKind::kDeploy ||
         kind == OperationKind::kRefresh || kind == OperationKind::kBuild;
}

bool NeedsWorker(OperationKind kind, Until until) {
  return kind != OperationKind::kSource && until != Until::kSource;
}

Result<Accepted> BeginOperation(Draft& draft, const Begin& begin) {
  EDM_TRY(auto repeated, FindRepeat(draft.state(), begin.origin));
  if (repeated) return *repeated;
  EDM_CHECK(CheckTimeout(begin));
  if (draft.state().open.size() >= kOpenOperationsMax) {
    return Error{
        Code::kResourceExhausted, "operations", "2,000 are open already", {}, "try again a little later"};
  }
  auto instance = draft.state().instances.Find(begin.instance);
  const bool makes_it = instance == nullptr && begin.create;
  if (makes_it) {
    EDM_CHECK(AddInstance(draft, *begin.create));
    instance = draft.state().instances.Find(begin.instance);
  }
  if (instance == nullptr) return NoSuch("instance", begin.instance, draft.state().instances, "edmctl ls");
  if (const auto leaving = OpenDelete(draft.state(), begin.instance)) {
    if (begin.kind == OperationKind::kDelete && leaving->operation.kind == OperationKind::kDelete)
      return Accepted{begin.instance, leaving->operation.id, "", true};
    return IsLeaving(begin.instance, leaving->operation.id);
  }
  EDM_TRY(const auto verdict, JudgeOperation(draft.state(), begin, *instance));
  if (begin.kind == OperationKind::kScale) TakeScale(draft, begin);

  auto record = Make(draft, begin);
  record.plan.made_instance = makes_it || (NeedsSource(begin.kind) && IsBeingMade(draft.state(), *instance));
  record.operation.release = verdict.release;
  if (verdict.move) PlanMove(record, *verdict.move);
  if (begin.kind == OperationKind::kBuild && !begin.source)
    record.plan.source = instance->instance.status.source;
  if (NeedsWorker(begin.kind, record.plan.until) && !verdict.done)
    Supersede(draft, begin.instance, begin.operation);
  Remember(draft, begin.origin, {begin.instance, begin.operation, "", false});
  if (begin.push)
    SetStep(draft, record, "source", StepState::kDone, begin.push->to.substr(0, 7) + ", pushed");
  draft.Put(record);
  draft.Event({{}, "operation.began", begin.instance, begin.operation, "", ""});
  PutCurrent(draft, record);
  if (verdict.done) {
    if (begin.kind == OperationKind::kStop) WishStopped(draft, begin.instance);
    record.operation.endpoints = instance->instance.status.endpoints;
    for (const auto& step : std::vector<Step>(record.operation.steps)) {
      SetStep(draft, record, step.name, StepState::kDone, verdict.note);
    }
    EndOperation(draft, std::move(record), OperationState::kDone);
  } else {
    Advance(draft, std::move(record));
  }
  return Accepted{begin.instance, begin.operation, "", false};
}

}  // namespace edm::master
