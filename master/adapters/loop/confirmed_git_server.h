#pragma once

#include <functional>
#include <string>
#include <utility>

#include "common/ports/clock.h"
#include "master/ports/git_server.h"

namespace edm::master {

// Changes nothing at the git server unless this master surely leads: one that stood still in the middle of
// its work would otherwise go on with what another one has done since. Reads pass. Any thread.
class ConfirmedGitServer final : public GitServer {
 public:
  static constexpr Millis kConfirmWait{2'000};  // for the lock to be confirmed; then kUnavailable
  static constexpr Millis kLookEvery{50};

  struct Parts {
    GitServer& server;
    const Clock& clock;
    std::function<bool()> is_sure;  // that no other master can lead now
  };
  explicit ConfirmedGitServer(Parts parts) : parts_(std::move(parts)) {}

  Status EnsureOwner(const std::string& owner) override;
  Status EnsureRepo(const RepoName& repo, const std::string& branch) override;
  Status DeleteRepo(const RepoName& repo) override;
  Result<std::vector<RepoName>> ListRepos() override { return parts_.server.ListRepos(); }
  Result<Committed> Push(const RepoName& repo, const std::string& branch, const std::string& directory,
                         const CommitInfo& info) override;
  Result<std::string> FindUpload(const RepoName& repo, const std::string& branch,
                                 const std::string& digest) override {
    return parts_.server.FindUpload(repo, branch, digest);
  }
  Result<std::string> Import(const RepoName& repo, const std::string& branch, const std::string& url,
                             const std::string& ref, std::stop_token stop) override;
  Result<std::string> Resolve(const RepoName& repo, const std::string& ref) override {
    return parts_.server.Resolve(repo, ref);
  }
  Result<std::optional<std::string>> ReadFile(const RepoName& repo, const std::string& commit,
                                              const std::string& path, std::size_t bytes_max) override {
    return parts_.server.ReadFile(repo, commit, path, bytes_max);
  }
  Status MoveBranch(const RepoName& repo, const std::string& branch, const std::string& from,
                    const std::string& to) override;
  Status KeepCommits(const RepoName& repo, const CommitsByRelease& commits) override;
  Result<RepoAccess> GrantRead(const RepoName& repo, const std::string& commit, WallTime until) override {
    return parts_.server.GrantRead(repo, commit, until);
  }

 private:
  Status Confirm() const;

  const Parts parts_;
};

}  // namespace edm::master
