#include "master/core/open_delete.h"

#include <algorithm>

#include "master/core/undo_creation.h"

namespace edm::master {

namespace {

bool LeavesNothing(const OperationRecord& record) {
  return record.operation.kind == OperationKind::kDelete || UndoesCreation(record);
}

}  // namespace

std::shared_ptr<const OperationRecord> OpenDelete(const State& state, const std::string& instance) {
  for (auto& record : OpenOf(state, instance)) {
    if (LeavesNothing(*record)) return std::move(record);
  }
  return nullptr;
}

bool MayHaveRepo(const State& state, const std::string& instance) {
  const auto has_come_to_it = [](const auto& record) {
    return LeavesNothing(*record) && record->plan.stage == Stage::kFinish;
  };
  return state.instances.Find(instance) != nullptr &&
         std::ranges::none_of(OpenOf(state, instance), has_come_to_it);
}

}  // namespace edm::master
