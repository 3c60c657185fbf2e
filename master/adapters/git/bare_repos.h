#pragma once

#include <array>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/ports/entropy.h"
#include "master/adapters/git/git_handle.h"
#include "master/ports/git_server.h"

namespace edm::master {

// Where bare repos stand: <root>/<owner, folded>/<name>.git. Names of ours begin with a dot, which no owner's
// does. A repo appears and vanishes by one rename. Any thread.
class BareRepos {
 public:
  // Makes the root, and removes what a killed master left: half-made and half-deleted repos, broken-off
  // uploads of packs. Only one process may use a root.
  static Result<std::unique_ptr<BareRepos>> Open(std::string root, Entropy& entropy);

  Status MakeOwner(const std::string& owner);
  Status Make(const RepoName& repo, const std::string& branch);  // there already: HEAD is set
  Status Delete(const RepoName& repo);                   // with its owner's folder, when that is empty
  Result<std::vector<RepoName>> List() const;            // owners come folded
  Result<GitRepo> OpenRepo(const RepoName& repo) const;  // kNotFound

  std::string Path(const RepoName& repo) const;
  // Held while a repo's refs or objects change. Some repos share one.
  std::mutex& LockOf(const RepoName& repo) const;

 private:
  BareRepos(std::string root, Entropy& entropy) : root_(std::move(root)), entropy_(entropy) {}
  std::string Fresh(std::string_view prefix);
  void Sweep() const;

  const std::string root_;
  Entropy& entropy_;
  mutable std::array<std::mutex, 64> locks_;
};

std::string ShownRepo(const RepoName& repo);  // "owner/name"

}  // namespace edm::master
