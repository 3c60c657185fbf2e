#pragma once

#include <git2.h>

#include <string>
#include <string_view>

#include "common/base/owned.h"
#include "common/base/result.h"

namespace edm::master {

using GitRepo = Owned<git_repository, git_repository_free>;
using GitOdb = Owned<git_odb, git_odb_free>;
using GitObject = Owned<git_object, git_object_free>;
using GitCommit = Owned<git_commit, git_commit_free>;
using GitReference = Owned<git_reference, git_reference_free>;
using GitIndexer = Owned<git_indexer, git_indexer_free>;
using GitRemote = Owned<git_remote, git_remote_free>;

// Once per process, and never undone: no configuration of the machine or its users is read, and what was
// acknowledged is on the disk.
void StartGitLibrary();

// What libgit2's last call on this thread complained about. A full disk becomes kResourceExhausted.
Error GitFailure(std::string_view object, int code);

std::string ToText(const git_oid& id);  // 40 hex digits

}  // namespace edm::master
