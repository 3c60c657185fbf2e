#include "master/core/steps.h"

#include <algorithm>

namespace edm::master {

std::vector<Step> StepsOf(OperationKind kind, Until until) {
  std::vector<std::string> names;
  switch (kind) {
    case OperationKind::kSource:
      names = {"source"};
      break;
    case OperationKind::kBuild:
      names = {"place", "policy", "build"};
      break;
    case OperationKind::kMove:
      names = {"place", "policy", "build"};
      if (until >= Until::kRunning) names.push_back("start");
      break;
    case OperationKind::kDeploy:
    case OperationKind::kRefresh:
      names = {"source"};
      if (until >= Until::kBuilt) names.insert(names.end(), {"place", "policy", "build"});
      if (until >= Until::kRunning) names.push_back("start");
      break;
    case OperationKind::kStart:
    case OperationKind::kRestart:
    case OperationKind::kRollback:
      names = {"start"};
      break;
    case OperationKind::kStop:
      names = {"stop"};
      break;
    case OperationKind::kDelete:
      names = {"delete"};
      break;
    case OperationKind::kUnknown:
    case OperationKind::kCreate:
    case OperationKind::kUpdate:
    case OperationKind::kScale:
      break;
  }
  std::vector<Step> steps;
  for (auto& name : names) steps.push_back({.name = std::move(name)});
  return steps;
}

void SetStep(Draft& draft, OperationRecord& record, Step step, std::uint32_t worker_cursor) {
  auto& steps = record.operation.steps;
  const auto now = draft.now().wall;
  auto at = std::find_if(steps.begin(), steps.end(), [&](const Step& one) { return one.name == step.name; });
  if (at == steps.end()) at = steps.insert(steps.end(), Step{.name = step.name});
  if (step.state < at->state ||
      (step.state == at->state && step.detail == at->detail && step.state != StepState::kPending)) {
    return;
  }
  if (!step.started_at) step.started_at = at->started_at ? at->started_at : now;
  if (step.state >= StepState::kDone && !step.ended_at) step.ended_at = now;
  if (step.state == StepState::kSkipped) step.started_at.reset();
  // The clock may have been set back meanwhile: no step took less than no time.
  if (step.started_at && step.ended_at) step.ended_at = std::max(*step.ended_at, *step.started_at);
  *at = step;
  draft.Note({record.operation.id, record.attempt, worker_cursor, now, std::move(step)});
}

void SetStep(Draft& draft, OperationRecord& record, std::string_view name, StepState state,
             std::string detail) {
  SetStep(draft, record, Step{.name = std::string(name), .state = state, .detail = std::move(detail)});
}

void Warn(Draft& draft, OperationRecord& record, std::string text) {
  if (record.operation.warnings.size() < kWarningsMax) record.operation.warnings.push_back(text);
  draft.Note({record.operation.id, record.attempt, 0, draft.now().wall, Warning{std::move(text)}});
}

void CloseSteps(Draft& draft, OperationRecord& record, bool succeeded) {
  const auto steps = record.operation.steps;
  for (const auto& step : steps) {
    if (step.state == StepState::kRunning) {
      SetStep(draft, record, step.name, succeeded ? StepState::kDone : StepState::kFailed, step.detail);
    } else if (step.state == StepState::kPending) {
      SetStep(draft, record, step.name, StepState::kSkipped);
    }
  }
}

}  // namespace edm::master
