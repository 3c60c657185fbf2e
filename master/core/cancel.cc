#include "master/core/cancel.h"

#include "master/core/end_operation.h"
#include "master/core/idempotency.h"
#include "master/core/not_found.h"
#include "master/core/rollout.h"
#include "master/core/undo_creation.h"

namespace edm::master {
namespace {

void CancelNow(Draft& draft, OperationRecord record, const std::string& actor);

// Nothing more begins, and what is under way ends the way that it would by itself.
void CancelParts(Draft& draft, const OperationRecord& whole, const std::string& actor) {
  for (const auto& part : OpenParts(draft.state(), whole)) {
    const bool may = part->operation.kind != OperationKind::kDelete && !part->plan.cancel_requested;
    if (may) CancelNow(draft, *part, actor);
  }
  GoOnRolling(draft, whole.operation.id);
}

void CancelNow(Draft& draft, OperationRecord record, const std::string& actor) {
  if (record.plan.stage != Stage::kAttempt) {
    Error error{Code::kCancelled, "operation " + record.operation.id, "cancelled by " + actor, {}, ""};
    if (record.plan.stage == Stage::kSource) {
      AbandonSource(draft, std::move(record), OperationState::kCancelled, std::move(error));
    } else {
      EndOperation(draft, std::move(record), OperationState::kCancelled, std::move(error));
    }
    return;
  }
  record.plan.cancel_requested = true;
  record.cancelled_at = draft.now().steady;
  CancelAttemptOf(draft, record, "cancelled by " + actor, false);
  const auto cancelled = record;
  draft.Put(std::move(record));
  CancelParts(draft, cancelled, actor);
}

}  // namespace

Result<Accepted> Cancel(Draft& draft, const CancelOperation& command) {
  EDM_TRY(auto repeated, FindRepeat(draft.state(), command.origin));
  if (repeated) return *repeated;
  const auto found = draft.state().operations.Find(command.id);
  if (found == nullptr) return NoSuch("operation", command.id, draft.state().operations, "edmctl op ls");
  const Accepted accepted{found->operation.instance, command.id, "", false};
  const bool is_asked = found->plan.cancel_requested || found->plan.undoes_as == OperationState::kCancelled;
  if (found->operation.state == OperationState::kCancelled || is_asked) return accepted;
  const auto refuse = [&](const char* cause, const char* hint) {
    return Error{Code::kFailedPrecondition, "operation " + command.id, cause, {}, hint};
  };
  if (IsTerminal(found->operation.state)) return refuse("it has ended", "there is nothing to cancel");
  if (found->operation.kind == OperationKind::kDelete)
    return refuse("a delete cannot be cancelled", "wait for its end");
  if (found->plan.stage == Stage::kFinish || UndoesCreation(*found))
    return refuse("it is about to end", "wait for its end");
  Remember(draft, command.origin, accepted);
  CancelNow(draft, *found, command.origin.actor);
  return accepted;
}

}  // namespace edm::master
