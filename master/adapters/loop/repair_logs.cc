#include <algorithm>

#include "master/adapters/loop/cluster_loop.h"
#include "master/core/recent.h"

namespace edm::master {
namespace {

void RepairOne(const OperationRecord& record, EventLog& log) {
  const auto& operation = record.operation;
  if (log.IsClosed(operation.id)) return;
  const auto known = log.Steps(operation.id);
  if (!known.ok()) return;
  std::vector<OperationNote> missing;
  for (const auto& step : operation.steps) {
    const auto there =
        std::find_if(known->begin(), known->end(), [&](const Step& one) { return one.name == step.name; });
    const auto reached = there == known->end() ? StepState::kPending : there->state;
    if (step.state <= reached) continue;
    const auto time = step.ended_at.value_or(step.started_at.value_or(operation.created_at));
    missing.push_back({operation.id, 0, 0, time, step});
  }
  if (IsTerminal(operation.state)) {
    missing.push_back({operation.id, 0, 0, operation.ended_at.value_or(operation.created_at), operation});
  }
  if (!missing.empty()) (void)log.Append(missing);
}

}  // namespace

void RepairLogs(const State& state, EventLog& log) {
  log.KeepOnly([&](const std::string& operation) { return state.operations.Find(operation) != nullptr; });
  for (const auto& record : RecentOperations(state)) RepairOne(*record, log);
}

}  // namespace edm::master
