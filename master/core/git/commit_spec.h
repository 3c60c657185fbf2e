#pragma once

#include "common/core/spec/app_spec.h"
#include "master/ports/git_server.h"

namespace edm::master {

// What the edm.yaml of a commit says: nothing where there is none, or one that is wrong. The worker, who
// judges all of it, says what is wrong with it. Error: the git server's.
Result<AppSpec> SpecOf(GitServer& git, const RepoName& repo, const std::string& commit);

}  // namespace edm::master
