#include "master/core/timers.h"

#include <algorithm>
#include <vector>

#include "common/base/text.h"
#include "master/core/begin_operation.h"
#include "master/core/end_operation.h"
#include "master/core/membership.h"
#include "master/core/wall_clock.h"

namespace edm::master {
namespace {

constexpr std::size_t kSweepMax = 50;  // removals per sweep: the next one takes the rest

Error Expired(const OperationRecord& record) {
  const auto took =
      std::chrono::duration_cast<Millis>(record.operation.deadline - record.operation.created_at);
  return {Code::kDeadlineExceeded,
          "operation " + record.operation.id,
          "it did not end within " + FormatDuration(took),
          {},
          "give it more time with --timeout, or see edmctl why"};
}

void JudgeOne(Draft& draft, const OperationRecord& record) {
  const auto now = draft.now().steady;
  const auto slack = record.plan.stage == Stage::kAttempt ? kDeadlineSlack : Millis(0);
  if (record.plan.cancel_requested && now - record.cancelled_at >= kCancelWaitMax) {
    CancelAttemptOf(draft, record, "cancelled", true);
    return EndOperation(draft, record, OperationState::kCancelled,
                        Error{Code::kCancelled,
                              "operation " + record.operation.id,
                              "cancelled; its worker has not confirmed it",
                              {},
                              "see edmctl worker ls"});
  }
  if (now >= record.expires + slack) {
    CancelAttemptOf(draft, record, "the deadline has passed", true);
    return EndOperation(draft, record, OperationState::kExpired, Expired(record));
  }
  if (record.plan.stage == Stage::kPlace) Advance(draft, record);
}

// Never more than it was given: the clock may have been set back while no master ran.
Millis TimeLeft(const Operation& operation, WallTime now) {
  const auto given = operation.deadline - operation.created_at;
  return std::clamp<Millis>(operation.deadline - now, Millis(0), std::max(given, Millis(0)));
}

}  // namespace

void OnTick(Draft& draft) {
  WatchWallClock(draft);
  JudgeBeats(draft);
  const auto open = draft.state().open;
  for (const auto& id : open) {
    if (const auto record = draft.state().operations.Find(id)) JudgeOne(draft, *record);
  }
}

void Sweep(Draft& draft) {
  WatchWallClock(draft);
  const auto& state = draft.state();
  const auto now = draft.now().wall;
  const bool trusted = TrustsWallClock(draft);
  std::vector<std::string> gone;
  for (const auto& [key, request] : state.requests.all()) {
    // From the future: the clock was set back meanwhile.
    const bool over = request->expires_at <= now || request->expires_at > now + kRequestsKept;
    if (trusted && over && gone.size() < kSweepMax) gone.push_back(key);
  }
  for (const auto& key : gone) draft.RemoveRequest(key);
  gone.clear();
  for (const auto& [id, token] : state.tokens.all()) {
    const bool over = (trusted && token->expires_at && *token->expires_at <= now) ||
                      (token->used_at && token->kind == TokenKind::kWorker);
    if (over && gone.size() < kSweepMax) gone.push_back(id);
  }
  for (const auto& id : gone) draft.RemoveToken(id);

  std::vector<std::pair<WallTime, std::string>> ended;
  for (const auto& [id, record] : state.operations.all()) {
    if (record->operation.ended_at) ended.emplace_back(*record->operation.ended_at, id);
  }
  std::sort(ended.begin(), ended.end());
  auto surplus = ended.size() - std::min<std::size_t>(ended.size(), state.settings.operations_kept);
  std::size_t removed = 0;
  for (const auto& [time, id] : ended) {
    const bool old = trusted && now - time >= state.settings.operations_kept_for;
    if (removed >= kSweepMax || (surplus == 0 && !old)) break;
    draft.RemoveOperation(id);
    surplus -= surplus > 0 ? 1 : 0;
    ++removed;
  }
}

void OnRecovered(Draft& draft) {
  const auto now = draft.now();
  const auto workers = draft.state().workers.all();
  for (const auto& [id, worker] : workers) {
    auto changed = *worker;
    changed.seen = now.steady;
    changed.lost_at = now.steady;
    draft.PutVolatile(std::move(changed));
  }
  const auto open = draft.state().open;
  for (const auto& id : open) {
    auto record = *draft.state().operations.Find(id);
    record.expires = now.steady + TimeLeft(record.operation, now.wall);
    record.stage_began = now.steady;
    record.cancelled_at = now.steady;
    const bool cancelled = record.plan.cancel_requested;
    draft.Put(record);
    if (cancelled) CancelAttemptOf(draft, record, "cancelled", false);
    Advance(draft, std::move(record), true);
  }
}

}  // namespace edm::master
