#include "master/core/rollout.h"

#include <algorithm>
#include <optional>

#include "common/base/text.h"
#include "common/model/member_name.h"
#include "master/core/begin_operation.h"
#include "master/core/end_operation.h"
#include "master/core/fresh_id.h"
#include "master/core/keep_to_plan.h"
#include "master/core/members.h"
#include "master/core/not_as_it_is.h"
#include "master/core/scale.h"
#include "master/core/steps.h"

namespace edm::master {
namespace {

StepState StateOf(const OperationRecord& whole, const std::string& member) {
  const auto& steps = whole.operation.steps;
  const auto at = std::ranges::find(steps, member, &Step::name);
  return at == steps.end() ? StepState::kPending : at->state;
}

bool HasEndedIn(const OperationRecord& whole, const Rollout::Part& part) {
  return StateOf(whole, part.member) >= StepState::kDone;
}

bool AnyFailed(const OperationRecord& whole) {
  return std::ranges::any_of(whole.plan.rollout->parts, [&](const auto& part) {
    return StateOf(whole, part.member) == StepState::kFailed;
  });
}

bool IsUnderWay(const State& state, const Rollout::Part& part) {
  return !part.operation.empty() && state.open.contains(part.operation);
}

// The operation, while it waits for its members.
std::shared_ptr<const OperationRecord> Rolling(const State& state, const std::string& operation) {
  auto found = state.operations.Find(operation);
  const bool rolls = found != nullptr && !IsTerminal(found->operation.state) && found->plan.rollout &&
                     found->plan.stage == Stage::kAttempt;
  return rolls ? found : nullptr;
}

// The index of the part that is to begin now.
std::optional<std::size_t> NextPart(const State& state, const OperationRecord& whole) {
  const auto& rollout = *whole.plan.rollout;
  if (whole.plan.cancel_requested) return {};
  if (!rollout.at_once && AnyFailed(whole)) return {};
  for (std::size_t i = 0; i < rollout.parts.size(); ++i) {
    const auto& part = rollout.parts[i];
    if (HasEndedIn(whole, part)) continue;
    if (!IsUnderWay(state, part)) return i;
    if (!rollout.at_once) return {};
  }
  return {};
}

bool Goes(const Rollout::Part& part) { return part.kind == OperationKind::kDelete; }

// What was planned for the part: plans are made of those that stay. "": nothing.
std::string PlannedFor(const OperationRecord& whole, const Rollout::Part& part) {
  if (Goes(part) || whole.plan.plan_revision.empty()) return "";
  const auto planned = SplitRevision(whole.plan.plan_revision);
  std::size_t place = 0;
  for (const auto& one : whole.plan.rollout->parts) {
    if (one.member == part.member) break;
    if (!Goes(one)) ++place;
  }
  return place < planned.size() ? planned[place] : "";
}

// Builds and starts have the time that a deploy has: a member may have to build what the set has built.
Millis TimeFor(const Draft& draft, const OperationRecord& whole, OperationKind kind) {
  const auto& settings = draft.state().settings;
  auto most = settings.deploy_deadline;
  if (kind == OperationKind::kStop) most = settings.stop_deadline;
  if (kind == OperationKind::kDelete) most = settings.delete_deadline;
  const auto left = std::chrono::duration_cast<Millis>(whole.expires - draft.now().steady);
  return std::clamp(std::min(left, most), kTimeoutMin, kTimeoutMax);
}

Begin BeginOf(const Draft& draft, const OperationRecord& whole, const Rollout::Part& part) {
  Begin begin;
  begin.origin.actor = whole.operation.actor;
  begin.operation = part.operation;
  begin.instance = part.member;
  begin.kind = part.kind;
  begin.timeout = TimeFor(draft, whole, part.kind);
  begin.until = whole.plan.until;
  begin.no_cache = whole.plan.no_cache;
  begin.keep_volumes = whole.plan.keep_volumes;
  begin.part_of = whole.operation.id;
  if (part.kind != OperationKind::kStop && part.kind != OperationKind::kDelete)
    begin.release = whole.operation.release;
  if (NeedsSource(part.kind)) begin.source = whole.plan.source;
  begin.plan_revision = PlannedFor(whole, part);
  begin.require_plan = whole.plan.require_plan && !begin.plan_revision.empty();
  return begin;
}

// What was worth a warning there is worth one here; what several say alike, once.
void TakeWarnings(Draft& draft, OperationRecord& record, const Operation& part) {
  for (const auto& text : part.warnings) {
    const auto says_it = [&](const std::string& known) { return known.ends_with(": " + text); };
    if (std::ranges::none_of(record.operation.warnings, says_it))
      Warn(draft, record, part.instance + ": " + text);
  }
  if (part.plan_difference.empty()) return;
  auto& difference = record.operation.plan_difference;
  difference += (difference.empty() ? "" : "; ") + part.instance + ": " + part.plan_difference;
}

void NoteEnd(Draft& draft, const std::string& operation, const std::string& member, StepState state,
             std::string detail, const Operation* part = nullptr) {
  const auto whole = Rolling(draft.state(), operation);
  if (whole == nullptr) return;
  auto record = *whole;
  if (part != nullptr) TakeWarnings(draft, record, *part);
  SetStep(draft, record, member, state, std::move(detail));
  draft.Put(std::move(record));
}

// How it ended while nobody looked: a crash may lie between its end and the set's step.
bool TakeEarlierEnd(Draft& draft, const Rollout::Part& part) {
  const auto found = part.operation.empty() ? nullptr : draft.state().operations.Find(part.operation);
  if (found == nullptr || !IsTerminal(found->operation.state)) return false;
  OnPartEnd(draft, *found);
  return true;
}

void BeginPart(Draft& draft, const OperationRecord& whole, std::size_t index) {
  const auto id = whole.operation.id;
  if (TakeEarlierEnd(draft, whole.plan.rollout->parts[index])) return;
  auto record = whole;
  auto& part = record.plan.rollout->parts[index];
  const auto member = draft.state().instances.Find(part.member);
  if (member == nullptr) {
    // Of one that is to go, that is the aim.
    const bool is_wanted = part.kind != OperationKind::kDelete;
    return NoteEnd(draft, id, part.member, is_wanted ? StepState::kFailed : StepState::kDone, "it is gone");
  }
  part.operation = FreshId(draft.state(), *member, draft.now().wall);
  SetStep(draft, record, part.member, StepState::kRunning, part.operation);
  const auto begin = BeginOf(draft, record, part);
  draft.Put(std::move(record));
  const auto begun = BeginOperation(draft, begin);
  if (begun.ok() && begun->operation == begin.operation) return;
  NoteEnd(draft, id, begin.instance, StepState::kFailed,
          begun.ok() ? "operation " + begun->operation + " deletes it" : ToString(begun.error()));
}

Error FailureOf(const State& state, const OperationRecord& whole) {
  const auto& parts = whole.plan.rollout->parts;
  const auto at = std::ranges::find_if(
      parts, [&](const auto& part) { return StateOf(whole, part.member) == StepState::kFailed; });
  const auto& id = whole.operation.instance;
  Error failure{Code::kInternal, "instance " + id, "member " + at->member + " failed", {}, ""};
  if (const auto part = state.operations.Find(at->operation); part && part->operation.failure) {
    const auto& cause = *part->operation.failure;
    failure.code = cause.code;
    const auto own = "instance " + at->member;
    failure.cause =
        "member " + at->member + ": " + (cause.object == own ? "" : cause.object + ": ") + cause.cause;
    failure.evidence = cause.evidence;
    failure.hint = cause.hint;
  } else {
    const auto& steps = whole.operation.steps;
    failure.cause = "member " + at->member + ": " + std::ranges::find(steps, at->member, &Step::name)->detail;
  }
  if (const auto set = state.instances.Find(id)) {
    for (auto& line : HowTheyAre(set->instance.status)) failure.evidence.push_back(std::move(line));
  }
  if (failure.hint.empty()) failure.hint = "edmctl op show " + at->operation;
  return failure;
}

void EndRollout(Draft& draft, OperationRecord record) {
  const auto id = record.operation.id;
  if (record.plan.cancel_requested) {
    return EndOperation(draft, std::move(record), OperationState::kCancelled,
                        Error{Code::kCancelled, "operation " + id, "cancelled", {}, "edmctl op show " + id});
  }
  if (AnyFailed(record)) {
    auto failure = FailureOf(draft.state(), record);
    const bool late = failure.code == Code::kDeadlineExceeded && draft.now().steady >= record.expires;
    return EndOperation(draft, std::move(record), late ? OperationState::kExpired : OperationState::kFailed,
                        std::move(failure));
  }
  if (const auto set = draft.state().instances.Find(record.operation.instance)) {
    const auto& status = set->instance.status;
    record.operation.endpoints = status.endpoints;
    // Another than was asked for where nothing differed from what runs.
    if (status.phase == Phase::kRunning && status.release != 0) record.operation.release = status.release;
  }
  record.plan.stage = Stage::kFinish;
  record.stage_began = draft.now().steady;
  Advance(draft, std::move(record), true);
}

Target WishOf(const OperationRecord& record) {
  switch (record.operation.kind) {
    case OperationKind::kStop:
      return Target::kStopped;
    case OperationKind::kDelete:
      return Target::kDeleted;
    default:
      return record.plan.until == Until::kBuilt ? Target::kBuilt : Target::kRunning;
  }
}

// What the set is to be, and the number of what is to be built.
void NoteWish(Draft& draft, OperationRecord& record) {
  auto set = *draft.state().instances.Find(record.operation.instance);
  if (NeedsSource(record.operation.kind) && record.operation.release == 0)
    record.operation.release = ++set.releases;
  if (record.operation.kind != OperationKind::kScale) set.instance.status.desired = WishOf(record);
  if (WishOf(record) == Target::kRunning)
    set.tried_release = std::max(set.tried_release, record.operation.release);
  draft.PutStatus(std::move(set));
}

Rollout RolloutOf(const State& state, const OperationRecord& record) {
  if (record.operation.kind == OperationKind::kScale) return RolloutOfScale(state, record);
  const auto kind = record.operation.kind;
  Rollout rollout{.at_once = kind == OperationKind::kStop || kind == OperationKind::kDelete};
  const auto part = kind == OperationKind::kRefresh ? OperationKind::kDeploy : kind;
  const auto set = state.instances.Find(record.operation.instance);
  for (const auto& member : MembersOf(state, set->instance.id)) {
    const bool is_left = IsTooMany(state, *set, member->instance.id) && kind != OperationKind::kStop;
    rollout.parts.push_back({member->instance.id, is_left ? OperationKind::kDelete : part, ""});
  }
  return rollout;
}

Error NoWorkerFor(const std::string& set) {
  return NotAsItIs(set,
                   "it is to have a member on each worker, and there is none that is open and has its labels",
                   "see edmctl worker ls, and edmctl set " + set);
}

}  // namespace

void BeginRollout(Draft& draft, OperationRecord record) {
  const auto kind = record.operation.kind;
  const auto set = draft.state().instances.Find(record.operation.instance);
  if (!record.plan.plan_revision.empty() &&
      !KeepsToPlannedMembers(draft, record, MembersToBe(draft.state(), *set).size()))
    return;
  if (kind != OperationKind::kDelete) AddMembers(draft, record.operation.instance);
  record.plan.rollout = RolloutOf(draft.state(), record);
  if (NeedsSource(kind) && record.plan.rollout->parts.empty()) {
    auto nowhere = NoWorkerFor(record.operation.instance);
    return EndOperation(draft, std::move(record), OperationState::kFailed, std::move(nowhere));
  }
  NoteWish(draft, record);
  record.plan.stage = Stage::kAttempt;
  record.stage_began = draft.now().steady;
  for (const auto& part : record.plan.rollout->parts) record.operation.steps.push_back({.name = part.member});
  const auto id = record.operation.id;
  draft.Put(std::move(record));
  GoOnRolling(draft, id);
}

void GoOnRolling(Draft& draft, const std::string& operation) {
  // Each turn looks anew: what is begun may end at once.
  while (const auto whole = Rolling(draft.state(), operation)) {
    const auto next = NextPart(draft.state(), *whole);
    if (!next) break;
    BeginPart(draft, *whole, *next);
  }
  const auto whole = Rolling(draft.state(), operation);
  if (whole == nullptr || !OpenParts(draft.state(), *whole).empty()) return;
  EndRollout(draft, *whole);
}

void OnPartEnd(Draft& draft, const OperationRecord& part) {
  const auto whole = Rolling(draft.state(), part.operation.part_of);
  if (whole == nullptr) return;
  const auto& parts = whole->plan.rollout->parts;
  const auto at = std::ranges::find(parts, part.operation.id, &Rollout::Part::operation);
  if (at == parts.end() || HasEndedIn(*whole, *at)) return;
  const auto& operation = part.operation;
  const bool done = operation.state == OperationState::kDone;
  auto detail = part.worker.empty() ? std::string() : "on " + part.worker;
  if (!done && operation.failure) detail = ToString(*operation.failure);
  NoteEnd(draft, whole->operation.id, at->member, done ? StepState::kDone : StepState::kFailed,
          std::move(detail), &operation);
  GoOnRolling(draft, part.operation.part_of);
}

std::vector<std::shared_ptr<const OperationRecord>> OpenParts(const State& state,
                                                              const OperationRecord& whole) {
  std::vector<std::shared_ptr<const OperationRecord>> open;
  if (!whole.plan.rollout) return open;
  for (const auto& part : whole.plan.rollout->parts) {
    if (IsUnderWay(state, part)) open.push_back(state.operations.Find(part.operation));
  }
  return open;
}

void EndParts(Draft& draft, const OperationRecord& whole, OperationState state) {
  const bool late = state == OperationState::kExpired;
  for (const auto& part : OpenParts(draft.state(), whole)) {
    CancelAttemptOf(draft, *part, "operation " + whole.operation.id + " has ended", true);
    EndUnheard(draft, *part, late ? OperationState::kExpired : OperationState::kCancelled,
               Error{late ? Code::kDeadlineExceeded : Code::kCancelled,
                     "operation " + part->operation.id,
                     "operation " + whole.operation.id + " on " + whole.operation.instance + " has ended",
                     {},
                     "edmctl op show " + whole.operation.id});
  }
}

}  // namespace edm::master
