#include "master/core/begin_operation.h"

#include <algorithm>

#include "master/core/create_instance.h"
#include "master/core/end_operation.h"
#include "master/core/idempotency.h"
#include "master/core/move.h"
#include "master/core/not_found.h"
#include "master/core/open_delete.h"
#include "master/core/releases.h"
#include "master/core/steps.h"
#include "master/core/undo_creation.h"

namespace edm::master {
namespace {

// What the rules of one kind say about a request.
struct Verdict {
  std::uint32_t release = 0;  // to start
  bool done = false;          // nothing is left to do
  std::optional<MoveVerdict> move{};
  std::string note;  // why it is done
};

Millis DefaultTimeout(const Settings& settings, OperationKind kind, Until until) {
  switch (kind) {
    case OperationKind::kSource:
      return settings.source_deadline;
    case OperationKind::kBuild:
      return settings.build_deadline;
    case OperationKind::kMove:
      return settings.deploy_deadline;
    case OperationKind::kDeploy:
    case OperationKind::kRefresh:
      return until == Until::kSource ? settings.source_deadline : settings.deploy_deadline;
    case OperationKind::kStop:
      return settings.stop_deadline;
    case OperationKind::kDelete:
      return settings.delete_deadline;
    default:
      return settings.start_deadline;
  }
}

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

// Built, and meant to be no more: a start that nobody heard the end of may still be on its way.
bool IsOnlyBuilt(const InstanceStatus& status) {
  return status.phase == Phase::kBuilt && status.desired == Target::kBuilt;
}

bool Runs(const InstanceStatus& status) { return status.phase == Phase::kRunning; }

// Whether somebody is about to change what the status says.
bool IsBusy(const State& state, const std::string& instance) {
  return std::ranges::any_of(OpenOf(state, instance), [](const auto& record) {
    return NeedsWorker(record->operation.kind, record->plan.until);
  });
}

Result<Verdict> Judge(const State& state, const Begin& begin, const InstanceRecord& record) {
  const auto& status = record.instance.status;
  const bool busy = IsBusy(state, record.instance.id);
  Verdict verdict;
  switch (begin.kind) {
    case OperationKind::kBuild:
      if (status.source.commit.empty()) {
        return Error{Code::kFailedPrecondition,
                     "instance " + record.instance.id,
                     "it has no source yet",
                     {},
                     "edmctl deploy DIR, or upload a source first"};
      }
      return verdict;
    case OperationKind::kStart: {
      EDM_TRY(verdict.release, ReleaseToStart(state, record));
      verdict.done = !busy && Runs(status) && status.release == verdict.release;
      verdict.note = "it runs already";
      return verdict;
    }
    case OperationKind::kRestart: {
      EDM_TRY(verdict.release, ReleaseToStart(state, record));
      return verdict;
    }
    case OperationKind::kRollback: {
      EDM_TRY(verdict.release, ReleaseToRollBackTo(state, record, begin.release));
      return verdict;
    }
    case OperationKind::kStop:
      verdict.done =
          !busy && (status.worker.empty() || status.phase == Phase::kStopped || IsOnlyBuilt(status));
      verdict.note = "it does not run";
      return verdict;
    case OperationKind::kMove: {
      EDM_TRY(verdict.move, JudgeMove(state, begin, record));
      verdict.release = verdict.move->release;
      verdict.done = verdict.move->is_there;
      verdict.note = "it is there already";
      return verdict;
    }
    default:
      return verdict;
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
  const auto timeout = begin.timeout.value_or(DefaultTimeout(draft.state().settings, begin.kind, until));
  operation.id = begin.operation;
  operation.instance = begin.instance;
  operation.kind = begin.kind;
  operation.state = OperationState::kRunning;
  operation.steps = StepsOf(begin.kind, until);
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
  if (begin.push) {
    record.plan.push = begin.push;
    record.plan.source = {.kind = SourceKind::kPush, .commit = begin.push->to, .branch = begin.push->branch};
  }
  return record;
}

void PutCurrent(Draft& draft, const OperationRecord& record) {
  if (!NeedsWorker(record.operation.kind, record.plan.until)) return;
  auto instance = *draft.state().instances.Find(record.operation.instance);
  instance.instance.status.operation = record.operation.id;
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
    return Error{Code::kFailedPrecondition,
                 "instance " + begin.instance,
                 "it is being deleted",
                 {},
                 "wait for operation " + leaving->operation.id};
  }
  EDM_TRY(const auto verdict, Judge(draft.state(), begin, *instance));

  auto record = Make(draft, begin);
  record.plan.made_instance = makes_it || (NeedsSource(begin.kind) && IsBeingMade(draft.state(), *instance));
  record.operation.release = verdict.release;
  if (verdict.move) PlanMove(record, *verdict.move);
  if (begin.kind == OperationKind::kBuild) record.plan.source = instance->instance.status.source;
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
