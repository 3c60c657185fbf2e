#include "master/core/end_operation.h"

#include <algorithm>

#include "common/base/text.h"
#include "master/core/own_moves.h"
#include "master/core/placement/promises.h"
#include "master/core/rollout.h"
#include "master/core/steps.h"
#include "master/core/unheard.h"

namespace edm::master {
namespace {

std::string_view StateWord(OperationState state) {
  switch (state) {
    case OperationState::kDone:
      return "done";
    case OperationState::kFailed:
      return "failed";
    case OperationState::kCancelled:
      return "cancelled";
    case OperationState::kExpired:
      return "expired";
    default:
      return "open";
  }
}

void NoteOnInstance(Draft& draft, const OperationRecord& record) {
  const auto instance = draft.state().instances.Find(record.operation.instance);
  if (instance == nullptr || instance->instance.status.operation != record.operation.id) return;
  auto changed = *instance;
  auto& status = changed.instance.status;
  if (record.operation.state == OperationState::kDone) {
    status.failure.reset();
  } else if (record.operation.failure) {
    status.failure = record.operation.failure;
  }
  draft.PutStatus(std::move(changed));
}

}  // namespace

void EndOperation(Draft& draft, OperationRecord record, OperationState state, std::optional<Error> failure) {
  if (IsTerminal(record.operation.state)) return;
  CloseSteps(draft, record, state == OperationState::kDone);
  auto& operation = record.operation;
  operation.state = state;
  operation.ended_at = std::max(draft.now().wall, operation.created_at);  // the clock may have been set back
  operation.failure = std::move(failure);
  record.plan.stage = Stage::kEnded;
  PromiseEnds(draft, record, state);
  NoteOnInstance(draft, record);
  NoteMoveEnd(draft, record, state);
  auto text = std::string(StateWord(state));
  if (operation.failure) text += ": " + ToString(*operation.failure);
  draft.Event({{}, "operation.ended", operation.instance, operation.id, record.worker, std::move(text)});
  draft.Note({operation.id, 0, 0, draft.now().wall, operation});
  const auto id = operation.id;
  draft.Put(std::move(record));
  const auto ended = draft.state().operations.Find(id);
  EndParts(draft, *ended, state);
  OnPartEnd(draft, *ended);
}

void EndGone(Draft& draft, OperationRecord record, OperationState state, std::optional<Error> failure) {
  const auto instance = record.operation.instance;
  draft.RemoveInstance(instance);
  draft.Event({{}, "instance.deleted", instance, record.operation.id, record.worker, ""});
  EndOperation(draft, std::move(record), state, std::move(failure));
}

void EndUnheard(Draft& draft, OperationRecord record, OperationState state, Error failure) {
  const auto attempt = record;
  EndOperation(draft, std::move(record), state, std::move(failure));
  ShowWhatIsThere(draft, attempt);
}

void CancelAttemptOf(Draft& draft, const OperationRecord& record, const std::string& reason,
                     bool stop_following) {
  if (record.attempt == 0) return;
  const auto worker = draft.state().workers.Find(record.worker);
  draft.Do(CancelAttempt{record.worker, worker ? worker->facts.rpc_address : "", record.operation.instance,
                         record.attempt, reason, stop_following});
}

void Supersede(Draft& draft, const std::string& instance, const std::string& by) {
  for (const auto& found : OpenOf(draft.state(), instance)) {
    const auto& id = found->operation.id;
    if (id == by) continue;
    auto record = *found;
    record.operation.superseded_by = by;
    CancelAttemptOf(draft, record, "superseded by " + by, true);
    if (record.plan.stage == Stage::kSource) draft.Do(StopTaking{id});
    EndUnheard(
        draft, std::move(record), OperationState::kCancelled,
        Error{Code::kCancelled, "operation " + id, "superseded by " + by, {}, "watch " + by + " instead"});
  }
}

}  // namespace edm::master
