#pragma once

#include "master/core/draft.h"
#include "master/model/report.h"

namespace edm::master {

// Repos of instances that are gone: a source that was on its way made one anew after its instance had been
// deleted, or the git server was away when it was to go. They are removed again and again until none is left.
void OnReposLeft(Draft& draft, const ReposLeft& report);
void RemoveLeftRepos(Draft& draft);

// After a master's start: what a kill may have left of operations that ended last.
void RemoveReposAgain(Draft& draft);

}  // namespace edm::master
