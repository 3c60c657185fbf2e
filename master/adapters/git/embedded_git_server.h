#pragma once

#include <memory>
#include <string>

#include "common/ports/clock.h"
#include "master/adapters/git/bare_git_server.h"
#include "master/adapters/git/read_grant.h"
#include "master/adapters/git/transfer_client.h"

namespace edm::master {

// Bare repos on the master's own disk, written through libgit2. No hook ever runs for what is done here.
// Objects are on the disk before a ref names them, so that a crash at any moment leaves a whole repo. Any
// thread.
class EmbeddedGitServer final : public BareGitServer {
 public:
  struct Options {
    std::string root;      // this server's alone; see BareRepos
    std::string base_url;  // of the master's HTTP port as workers reach it: "http://10.0.0.2:8080"
  };

  // `transfer` is used by Import alone. All references outlive this object.
  static Result<std::unique_ptr<EmbeddedGitServer>> Open(Options options, Entropy& entropy,
                                                         const TransferClient& transfer);

  Status EnsureOwner(const std::string& owner) override;
  Status EnsureRepo(const RepoName& repo, const std::string& branch) override;
  Status DeleteRepo(const RepoName& repo) override;
  Result<std::string> Import(const RepoName& repo, const std::string& branch, const std::string& url,
                             const std::string& ref, std::stop_token stop = {}) override;
  Result<std::string> Resolve(const RepoName& repo, const std::string& ref) override;
  Result<RepoAccess> GrantRead(const RepoName& repo, const std::string& commit, WallTime until) override;

  const BareRepos& repos() const { return bare(); }
  const ReadGrants& grants() const { return grants_; }

 private:
  EmbeddedGitServer(Options options, std::unique_ptr<BareRepos> repos, ReadGrants grants, Entropy& entropy,
                    const TransferClient& transfer)
      : BareGitServer(std::move(repos)),
        options_(std::move(options)),
        grants_(std::move(grants)),
        entropy_(entropy),
        transfer_(transfer) {}

  const Options options_;
  const ReadGrants grants_;
  Entropy& entropy_;
  const TransferClient& transfer_;
};

}  // namespace edm::master
