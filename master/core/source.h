#pragma once

#include "master/core/draft.h"
#include "master/model/report.h"

namespace edm::master {

// What the git server answered.
void OnSource(Draft& draft, const SourceTaken& report);
void OnBranchMoved(Draft& draft, const BranchMoved& report);
void OnRepoDeleted(Draft& draft, const RepoDeleted& report);
// A delete at its deadline that has only this left: its instance is gone, its repo goes later (left_repos.h).
void LeaveRepo(Draft& draft, OperationRecord record);

}  // namespace edm::master
