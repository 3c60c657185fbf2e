#include "master/core/undo_creation.h"

#include <algorithm>

#include "master/core/end_operation.h"

namespace edm::master {
namespace {

// Whether the instance of an operation is there for its sake alone.
bool IsAllThereIs(const State& state, const OperationRecord& record) {
  const auto instance = state.instances.Find(record.operation.instance);
  if (instance == nullptr || !record.plan.made_instance || !instance->instance.status.source.commit.empty())
    return false;
  return std::ranges::none_of(OpenOf(state, record.operation.instance),
                              [&](const auto& other) { return other->operation.id != record.operation.id; });
}

}  // namespace

bool UndoesCreation(const OperationRecord& record) { return record.plan.undoes_as.has_value(); }

void FailWithoutSource(Draft& draft, OperationRecord record, Error error) {
  if (!IsAllThereIs(draft.state(), record)) {
    return EndOperation(draft, std::move(record), OperationState::kFailed, std::move(error));
  }
  record.plan.undoes_as = OperationState::kFailed;
  record.operation.failure = std::move(error);
  RemoveMade(draft, std::move(record));
}

void AbandonSource(Draft& draft, OperationRecord record, OperationState state, Error error) {
  draft.Do(StopTaking{record.operation.id});
  if (!IsAllThereIs(draft.state(), record))
    return EndOperation(draft, std::move(record), state, std::move(error));
  record.plan.undoes_as = state;
  record.operation.failure = std::move(error);
  record.stage_began = draft.now().steady;
  draft.Put(std::move(record));
}

void RemoveMade(Draft& draft, OperationRecord record) {
  const auto instance = draft.state().instances.Find(record.operation.instance);
  if (instance == nullptr) {
    const auto state = *record.plan.undoes_as;
    auto failure = record.operation.failure;
    return EndOperation(draft, std::move(record), state, std::move(failure));
  }
  record.plan.stage = Stage::kFinish;
  record.stage_began = draft.now().steady;
  draft.Do(DeleteRepo{record.operation.id, instance->instance.owner, instance->instance.id});
  draft.Put(std::move(record));
}

}  // namespace edm::master
