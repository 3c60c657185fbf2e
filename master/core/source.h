#pragma once

#include "master/core/draft.h"
#include "master/model/report.h"

namespace edm::master {

// What the git server answered.
void OnSource(Draft& draft, const SourceTaken& report);
void OnBranchMoved(Draft& draft, const BranchMoved& report);
void OnRepoDeleted(Draft& draft, const RepoDeleted& report);

}  // namespace edm::master
