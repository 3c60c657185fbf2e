#pragma once

#include <git2.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::master {

template <auto kFree>
struct GitFree {
  template <class T>
  void operator()(T* held) const {
    kFree(held);
  }
};

using GitRepo = std::unique_ptr<git_repository, GitFree<git_repository_free>>;
using GitOdb = std::unique_ptr<git_odb, GitFree<git_odb_free>>;
using GitObject = std::unique_ptr<git_object, GitFree<git_object_free>>;
using GitCommit = std::unique_ptr<git_commit, GitFree<git_commit_free>>;
using GitReference = std::unique_ptr<git_reference, GitFree<git_reference_free>>;
using GitIndexer = std::unique_ptr<git_indexer, GitFree<git_indexer_free>>;
using GitRemote = std::unique_ptr<git_remote, GitFree<git_remote_free>>;

// Once per process, and never undone: no configuration of the machine or its users is read, and what was
// acknowledged is on the disk.
void StartGitLibrary();

// What libgit2's last call on this thread complained about. A full disk becomes kResourceExhausted.
Error GitFailure(std::string_view object, int code);

std::string ToText(const git_oid& id);  // 40 hex digits

}  // namespace edm::master
