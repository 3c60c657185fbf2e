#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "master/adapters/git/bare_repos.h"
#include "master/ports/git_server.h"

namespace edm::master {

// What git servers do alike: a change is made in a bare repo on this disk, one at a time per repo. These
// repos are the truth, unless a derived class says where else it lies. Any thread.
class BareGitServer : public GitServer {
 public:
  Result<std::vector<RepoName>> ListRepos() final;
  Result<Committed> Push(const RepoName& repo, const std::string& branch, const std::string& directory,
                         const CommitInfo& info) final;
  Result<std::string> FindUpload(const RepoName& repo, const std::string& branch,
                                 const std::string& digest) final;
  Result<std::optional<std::string>> ReadFile(const RepoName& repo, const std::string& commit,
                                              const std::string& path, std::size_t bytes_max) final;
  Status MoveBranch(const RepoName& repo, const std::string& branch, const std::string& from,
                    const std::string& to) final;
  Status KeepCommits(const RepoName& repo, const CommitsByRelease& commits) final;

 protected:
  explicit BareGitServer(std::unique_ptr<BareRepos> bare) : bare_(std::move(bare)) {}

  BareRepos& bare() const { return *bare_; }
  static Status CheckImport(const std::string& branch, const std::string& url, const std::string& ref);

  // The repo as it is now; the caller holds its lock.
  virtual Result<GitRepo> OpenCurrent(const RepoName& repo);
  // Tells the truth elsewhere what changed here, as refspecs of one push; the caller holds the repo's lock.
  virtual Status Publish(const RepoName& repo, std::vector<std::string> refspecs);

 private:
  const std::unique_ptr<BareRepos> bare_;
};

}  // namespace edm::master
