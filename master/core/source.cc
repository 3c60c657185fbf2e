#include "master/core/source.h"

#include <fmt/format.h>

#include "common/base/text.h"
#include "master/core/begin_operation.h"
#include "master/core/end_operation.h"
#include "master/core/left_repos.h"
#include "master/core/steps.h"
#include "master/core/undo_creation.h"

namespace edm::master {
namespace {

std::string Describe(const Source& source) {
  auto text = source.commit.substr(0, 7);
  if (source.files > 0) {
    text += fmt::format(", {}, {}", Counted(source.files, "file"),
                        FormatBytes(std::uint64_t{source.size_kib} * 1024));
  }
  return text;
}

std::shared_ptr<const OperationRecord> OpenAt(const Draft& draft, const std::string& id, Stage stage) {
  auto found = draft.state().operations.Find(id);
  return found && !IsTerminal(found->operation.state) && found->plan.stage == stage ? found : nullptr;
}

}  // namespace

void OnSource(Draft& draft, const SourceTaken& report) {
  const auto found = OpenAt(draft, report.operation, Stage::kSource);
  if (found == nullptr || !found->plan.source.commit.empty()) return;
  auto record = *found;
  if (UndoesCreation(record)) return RemoveMade(draft, std::move(record));
  if (!report.source.ok()) {
    auto error = About(report.source.error(), "source of " + record.operation.instance);
    return FailWithoutSource(draft, std::move(record), std::move(error));
  }
  record.plan.source = *report.source;
  SetStep(draft, record, "source", StepState::kDone, Describe(record.plan.source));
  const auto instance = draft.state().instances.Find(record.operation.instance);
  if (instance && !record.plan.push) {
    auto changed = *instance;
    changed.instance.status.source = record.plan.source;
    draft.PutStatus(std::move(changed));
  }
  Advance(draft, std::move(record));
}

void OnBranchMoved(Draft& draft, const BranchMoved& report) {
  const auto found = OpenAt(draft, report.operation, Stage::kFinish);
  if (found == nullptr) return;
  auto record = *found;
  if (!report.outcome.ok()) {
    return EndOperation(draft, std::move(record), OperationState::kFailed,
                        About(report.outcome.error(), "branch of " + record.operation.instance));
  }
  if (const auto instance = draft.state().instances.Find(record.operation.instance)) {
    auto changed = *instance;
    changed.instance.status.source = record.plan.source;
    draft.PutStatus(std::move(changed));
  }
  EndOperation(draft, std::move(record), OperationState::kDone);
}

void OnRepoDeleted(Draft& draft, const RepoDeleted& report) {
  const auto found = OpenAt(draft, report.operation, Stage::kFinish);
  if (found == nullptr) return;
  auto record = *found;
  auto failure = record.operation.failure;
  if (!report.outcome.ok()) {
    auto error = About(report.outcome.error(), "repo of " + record.operation.instance);
    if (failure) {
      failure->evidence.push_back("the instance stays: " + ToString(error));
    } else {
      failure = std::move(error);
    }
    const auto state = record.plan.undoes_as.value_or(OperationState::kFailed);
    return EndOperation(draft, std::move(record), state, std::move(failure));
  }
  const auto state = record.plan.undoes_as.value_or(OperationState::kDone);
  EndGone(draft, std::move(record), state, std::move(failure));
}

void LeaveRepo(Draft& draft, OperationRecord record) {
  OnReposLeft(draft, {{record.operation.instance}});
  Warn(draft, record, "its repo is not gone yet: the git server does not answer; it is asked until it is");
  EndGone(draft, std::move(record), OperationState::kDone);
}

}  // namespace edm::master
