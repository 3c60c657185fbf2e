#include "master/core/open_delete.h"

#include "master/core/undo_creation.h"

namespace edm::master {

std::shared_ptr<const OperationRecord> OpenDelete(const State& state, const std::string& instance) {
  for (auto& record : OpenOf(state, instance)) {
    if (record->operation.kind == OperationKind::kDelete || UndoesCreation(*record)) return std::move(record);
  }
  return nullptr;
}

bool MayHaveRepo(const State& state, const std::string& instance) {
  return state.instances.Find(instance) != nullptr && OpenDelete(state, instance) == nullptr;
}

}  // namespace edm::master
