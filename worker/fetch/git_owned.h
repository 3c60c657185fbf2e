#pragma once

#include <git2.h>

#include <string>

#include "common/base/owned.h"
#include "common/base/result.h"

namespace edm::fetch {

using Repository = Owned<git_repository, git_repository_free>;
using Remote = Owned<git_remote, git_remote_free>;
using Commit = Owned<git_commit, git_commit_free>;
using Tree = Owned<git_tree, git_tree_free>;
using Blob = Owned<git_blob, git_blob_free>;
using Objects = Owned<git_odb, git_odb_free>;

// libgit2's words about its last failure on this thread.
inline std::string GitWords() {
  const auto* error = git_error_last();
  return error == nullptr || error->message == nullptr ? "unknown failure" : error->message;
}

}  // namespace edm::fetch
