#include "master/core/undo_creation.h"

#include <algorithm>

#include "master/core/end_operation.h"

namespace edm::master {
namespace {

bool IsAllThereIs(const State& state, const OperationRecord& record, const InstanceRecord& instance) {
  if (!record.plan.made_instance || !instance.instance.status.source.commit.empty()) return false;
  return std::none_of(state.open.begin(), state.open.end(), [&](const std::string& id) {
    const auto other = state.operations.Find(id);
    return id != record.operation.id && other && other->operation.instance == instance.instance.id;
  });
}

}  // namespace

void FailWithoutSource(Draft& draft, OperationRecord record, Error error) {
  const auto instance = draft.state().instances.Find(record.operation.instance);
  if (instance == nullptr || !IsAllThereIs(draft.state(), record, *instance)) {
    return EndOperation(draft, std::move(record), OperationState::kFailed, std::move(error));
  }
  record.operation.failure = std::move(error);
  record.plan.stage = Stage::kFinish;
  record.stage_began = draft.now().steady;
  draft.Do(DeleteRepo{record.operation.id, instance->instance.owner, instance->instance.id});
  draft.Put(std::move(record));
}

bool UndoesCreation(const OperationRecord& record) {
  return record.plan.stage == Stage::kFinish && record.plan.made_instance &&
         record.operation.failure.has_value();
}

}  // namespace edm::master
