#include "master/core/timers.h"

#include <algorithm>
#include <set>
#include <vector>

#include "common/base/text.h"
#include "common/model/member_name.h"
#include "master/core/begin_operation.h"
#include "master/core/each_worker.h"
#include "master/core/end_operation.h"
#include "master/core/evict.h"
#include "master/core/left_repos.h"
#include "master/core/membership.h"
#include "master/core/own_moves.h"
#include "master/core/placement/promises.h"
#include "master/core/recent.h"
#include "master/core/source.h"
#include "master/core/undo_creation.h"
#include "master/core/wall_clock.h"

namespace edm::master {
namespace {

Error Expired(const OperationRecord& record) {
  const auto took =
      std::chrono::duration_cast<Millis>(record.operation.deadline - record.operation.created_at);
  std::vector<std::string> evidence;
  for (const auto& step : record.operation.steps) {
    if (record.plan.stage == Stage::kPlace && step.name == "place" && !step.detail.empty())
      evidence.push_back(step.detail);
  }
  return {Code::kDeadlineExceeded, "instance " + record.operation.instance,
          "its operation " + record.operation.id + " did not end within " + FormatDuration(took),
          std::move(evidence),
          "give it more time with --timeout, or see edmctl why " + record.operation.instance};
}

void JudgeOne(Draft& draft, const OperationRecord& record) {
  const auto now = draft.now().steady;
  if (UndoesCreation(record)) {
    // What brings the source hangs: its repo goes all the same.
    if (record.plan.stage == Stage::kSource && now - record.stage_began >= kCancelWaitMax)
      RemoveMade(draft, record);
    return;
  }
  const auto slack = record.plan.stage == Stage::kAttempt ? kDeadlineSlack : Millis(0);
  if (record.plan.cancel_requested && now - record.cancelled_at >= kCancelWaitMax) {
    CancelAttemptOf(draft, record, "cancelled", true);
    return EndUnheard(draft, record, OperationState::kCancelled,
                      Error{Code::kCancelled,
                            "operation " + record.operation.id,
                            "cancelled; its worker has not confirmed it",
                            {},
                            "see edmctl worker ls"});
  }
  if (now >= record.expires + slack) {
    if (record.plan.stage == Stage::kSource)
      return AbandonSource(draft, record, OperationState::kExpired, Expired(record));
    if (record.plan.stage == Stage::kFinish && record.operation.kind == OperationKind::kDelete)
      return LeaveRepo(draft, record);
    CancelAttemptOf(draft, record, "the deadline has passed", true);
    return EndUnheard(draft, record, OperationState::kExpired, Expired(record));
  }
  if (record.plan.stage == Stage::kPlace) Advance(draft, record);
}

// Promises are not stored: after a master's start they are those of the orders that were found open.
void PromiseAgain(Draft& draft, const OperationRecord& record) {
  const auto instance = draft.state().instances.Find(record.operation.instance);
  if (record.plan.stage != Stage::kAttempt || instance == nullptr) return;
  Promise(draft, record, *instance);
  if (instance->instance.status.phase >= Phase::kBuilding) NetworkIsTaken(draft, record, draft.now().wall);
}

// What is kept in git for releases is asked for only once, when they come.
void KeepCommitsAgain(Draft& draft) {
  std::set<std::string> instances;
  for (const auto& record : RecentOperations(draft.state(), draft.now().wall))
    instances.insert(SetOf(record->operation.instance));
  for (const auto& id : instances) {
    const auto found = draft.state().instances.Find(id);
    if (found && found->instance.status.newest_release != 0) draft.Do(KeepCommits{found->instance.owner, id});
  }
}

// By the wall clock, which may have been set while no master ran, or be another machine's: never more than it
// was given, and all of that again where nothing seems to be left.
Millis TimeLeft(const Operation& operation, WallTime now) {
  const auto given = std::max<Millis>(operation.deadline - operation.created_at, Millis(0));
  const auto left = operation.deadline - now;
  return left <= Millis(0) || left > given ? given : left;
}

}  // namespace

void OnTick(Draft& draft) {
  ForgiveStall(draft);
  WatchWallClock(draft);
  JudgeBeats(draft);
  const auto open = draft.state().open.ids();
  for (const auto& id : open) {
    if (const auto record = draft.state().operations.Find(id)) JudgeOne(draft, *record);
  }
  if (draft.now().steady < draft.watch().next_look) return;
  draft.watch().next_look = draft.now().steady + kLookInterval;
  BeginOwnMoves(draft);
  FollowWorkers(draft);
  EvictLeftOvers(draft);
  RemoveLeftRepos(draft);
}

void OnRecovered(Draft& draft) {
  const auto now = draft.now();
  for (const auto& worker : draft.state().workers.Records()) {
    auto changed = *worker;
    changed.seen = now.steady;
    changed.lost_at = now.steady;
    draft.PutVolatile(std::move(changed));
  }
  const auto open = draft.state().open.ids();
  for (const auto& id : open) {
    auto record = *draft.state().operations.Find(id);
    record.expires = now.steady + TimeLeft(record.operation, now.wall);
    record.stage_began = now.steady;
    record.cancelled_at = now.steady;
    const bool cancelled = record.plan.cancel_requested;
    draft.Put(record);
    PromiseAgain(draft, record);
    if (cancelled) CancelAttemptOf(draft, record, "cancelled", false);
    Advance(draft, std::move(record), true);
  }
  KeepCommitsAgain(draft);
  RemoveReposAgain(draft);
}

}  // namespace edm::master
