#pragma once

#include "master/core/draft.h"
#include "master/model/report.h"

namespace edm::master {

// Repos that the git server, being away, has left as they should not be, or that a source on its way made
// anew after their instance had been deleted. Those of instances that are gone are removed again and again
// until none is left; of others the commits of their releases are kept, as before.
void OnReposLeft(Draft& draft, const ReposLeft& report);
void RemoveLeftRepos(Draft& draft);

// After a master's start: what a kill may have left of operations that ended last.
void RemoveReposAgain(Draft& draft);

}  // namespace edm::master
