#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "common/base/result.h"

namespace edm::fetch {

template <class Object, void (*Free)(Object*)>
struct GitFree {
  void operator()(Object* object) const { Free(object); }
};

using Repository = std::unique_ptr<git_repository, GitFree<git_repository, git_repository_free>>;
using Remote = std::unique_ptr<git_remote, GitFree<git_remote, git_remote_free>>;
using Commit = std::unique_ptr<git_commit, GitFree<git_commit, git_commit_free>>;
using Tree = std::unique_ptr<git_tree, GitFree<git_tree, git_tree_free>>;
using Blob = std::unique_ptr<git_blob, GitFree<git_blob, git_blob_free>>;

// libgit2's words about its last failure on this thread.
inline std::string GitWords() {
  const auto* error = git_error_last();
  return error == nullptr || error->message == nullptr ? "unknown failure" : error->message;
}

}  // namespace edm::fetch
