#pragma once

#include <memory>
#include <string>

#include "common/ports/entropy.h"
#include "master/adapters/git/bare_git_server.h"
#include "master/adapters/git/transfer_client.h"
#include "master/adapters/gogs/gogs_api.h"

namespace edm::master {

// Keeps sources on a Gogs or Gitea installation, with a bare mirror of each repo here: what is asked is
// fetched first, what is changed is made in the mirror and pushed. The installation is the truth; a mirror
// that is lost or behind is fetched again. Owners are users there, folded. Only repos that have a mirror here
// are listed: the others of that installation are none of ours. Any thread; one change of a repo at a time.
class GogsGitServer final : public BareGitServer {
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
  Result<std::string> Import(const RepoName& repo, const std::string& branch, const std::string& url,
                             const std::string& ref, std::stop_token stop = {}) override;
  Result<std::string> Resolve(const RepoName& repo, const std::string& ref) override;
  // The owner's token stands in `user`, as both servers take it there; it outlives `until`, since they know
  // no shorter one, and reads the owner's other repos as well.
  Result<RepoAccess> GrantRead(const RepoName& repo, const std::string& commit, WallTime until) override;

 private:
  GogsGitServer(Options options, std::unique_ptr<BareRepos> mirrors, GogsApi& api, Entropy& entropy,
                const TransferClient& transfer)
      : BareGitServer(std::move(mirrors)),
        options_(std::move(options)),
        api_(api),
        entropy_(entropy),
        transfer_(transfer) {}

  Result<GitRepo> OpenCurrent(const RepoName& repo) override;
  Status Publish(const RepoName& repo, std::vector<std::string> refspecs) override;
  Status Transfer(const RepoName& repo, TransferRequest request);

  const Options options_;
  GogsApi& api_;
  Entropy& entropy_;
  const TransferClient& transfer_;
};

}  // namespace edm::master
