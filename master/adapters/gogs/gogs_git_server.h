#pragma once

#include <memory>
#include <string>

#include "common/ports/entropy.h"
#include "master/adapters/git/bare_repos.h"
#include "master/adapters/git/transfer_client.h"
#include "master/adapters/gogs/gogs_api.h"
#include "master/ports/git_server.h"

namespace edm::master {

// Keeps sources on a Gogs or Gitea installation, with a bare mirror of each repo here: what is asked is
// fetched first, what is changed is made in the mirror and pushed. The installation is the truth; a mirror
// that is lost or behind is fetched again. Owners are users there, folded. Any thread; one change of a repo
// at a time.
class GogsGitServer final : public GitServer {
 public:
  struct Options {
    std::string mirrors;  // folder of the mirrors, this object's alone
    GogsPatience patience;
  };

  static Result<std::unique_ptr<GogsGitServer>> Open(Options options, GogsApi& api, Entropy& entropy,
                                                     const TransferClient& transfer);

  Status EnsureOwner(const std::string& owner) override;
  Status EnsureRepo(const RepoName& repo, const std::string& branch) override;
  Status DeleteRepo(const RepoName& repo) override;
  // Those that have a mirror here: other repos of that installation are none of ours.
  Result<std::vector<RepoName>> ListRepos() override;
  Result<Committed> Push(const RepoName& repo, const std::string& branch, const std::string& directory,
                         const CommitInfo& info) override;
  Result<std::string> Import(const RepoName& repo, const std::string& branch, const std::string& url,
                             const std::string& ref) override;
  Result<std::string> Resolve(const RepoName& repo, const std::string& ref) override;
  Result<std::optional<std::string>> ReadFile(const RepoName& repo, const std::string& commit,
                                              const std::string& path, std::size_t bytes_max) override;
  Status MoveBranch(const RepoName& repo, const std::string& branch, const std::string& from,
                    const std::string& to) override;
  Status KeepCommit(const RepoName& repo, std::uint32_t release, const std::string& commit) override;
  Status DropCommit(const RepoName& repo, std::uint32_t release) override;
  // The owner's token stands in `user`, as both servers take it there; it outlives `until`, since they know
  // no shorter one, and reads the owner's other repos as well.
  Result<RepoAccess> GrantRead(const RepoName& repo, const std::string& commit, WallTime until) override;

 private:
  GogsGitServer(Options options, std::unique_ptr<BareRepos> mirrors, GogsApi& api, Entropy& entropy,
                const TransferClient& transfer)
      : options_(std::move(options)),
        mirrors_(std::move(mirrors)),
        api_(api),
        entropy_(entropy),
        transfer_(transfer) {}

  Status Transfer(const RepoName& repo, TransferRequest request);
  Result<GitRepo> Synced(const RepoName& repo);
  Status Publish(const RepoName& repo, const std::string& refspec);

  const Options options_;
  const std::unique_ptr<BareRepos> mirrors_;
  GogsApi& api_;
  Entropy& entropy_;
  const TransferClient& transfer_;
};

}  // namespace edm::master
