#pragma once

#include <string>

#include "common/base/result.h"
#include "master/adapters/git/git_handle.h"
#include "master/ports/git_server.h"

namespace edm::master {

// Makes the files of `directory` a commit on top of `branch` and moves the branch to it. The same files, info
// and parent give the same commit. The caller holds the repo's lock.
Result<Committed> CommitTree(git_repository* open, const std::string& repo, const std::string& branch,
                             const std::string& directory, const CommitInfo& info);

// The head of `branch` when CommitTree made it of the upload with that digest; kNotFound.
Result<std::string> FindUploaded(git_repository* open, const std::string& repo, const std::string& branch,
                                 const std::string& digest);

}  // namespace edm::master
