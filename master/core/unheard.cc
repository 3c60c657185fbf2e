#include "master/core/unheard.h"

#include <algorithm>

#include "master/core/seat.h"

namespace edm::master {

bool HasStoppedSince(const State& state, const OperationRecord& record, const AttemptEnd& end) {
  const auto* copy = state.watch.copies.Find(record.worker, record.operation.instance);
  return end.running_release != 0 && copy != nullptr && copy->attempt == record.attempt &&
         copy->phase == Phase::kStopped;
}

bool IsUnheard(const State& state, const InstanceRecord& instance) {
  const auto& one = instance.instance;
  return one.status.attempt != 0 && std::ranges::any_of(state.operations.all(), [&](const auto& entry) {
           const auto& record = *entry.second;
           return record.operation.instance == one.id && record.attempt == one.status.attempt &&
                  record.worker_cursor == 0 && IsTerminal(record.operation.state);
         });
}

void ShowWhatIsThere(Draft& draft, const OperationRecord& record) {
  const auto& state = draft.state();
  const auto found = state.instances.Find(record.operation.instance);
  if (record.attempt == 0 || found == nullptr) return;
  const auto& known = found->instance.status;
  if (known.attempt != record.attempt || known.phase == Phase::kLost || known.phase == Phase::kDeleted)
    return;
  // A worker that is not here now tells what it has when it is.
  if (!IsThere(state, known.worker)) return;
  auto changed = *found;
  auto& status = changed.instance.status;
  const auto* copy = state.watch.copies.Find(known.worker, changed.instance.id);
  if (copy == nullptr) {
    // The order may still be on its way: a singleton stays bound to where it went.
    if (known.phase != Phase::kPlaced || changed.instance.spec.requirements.singleton) return;
    status.phase = Phase::kCancelled;
  } else {
    const bool is_older = copy->attempt < record.attempt;
    if (is_older ? record.worker_cursor != 0 : !HasEnded(copy->phase, record.order.target)) return;
    status.attempt = copy->attempt;
    status.phase = copy->release != 0 ? Phase::kRunning : copy->phase;
    if (copy->release != 0) status.release = copy->release;
  }
  draft.PutStatus(std::move(changed));
}

}  // namespace edm::master
