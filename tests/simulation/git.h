#pragma once

#include <functional>
#include <map>
#include <string>

#include "master/ports/git_server.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/dice.h"

namespace edm::simulation {

// Where sources are kept: a branch of each repo, and the commits that are held for releases.
struct GitRepos {
  struct Repo {
    std::map<std::string, std::string> branches;
    std::map<std::string, std::string> uploads;  // digest to commit
    master::CommitsByRelease kept;
    bool is_of_deposed = false;  // made by a master that did not know yet that another leads
  };
  std::map<master::RepoName, Repo> repos;
  bool is_away = false;
};

// A master's way to them, on a fiber. A URL ends with the commit that is fetched from there.
class GitClient final : public master::GitServer {
 public:
  struct Parts {
    Agenda& agenda;
    Dice& dice;
    GitRepos& server;
    std::function<bool()> is_deposed;
  };
  explicit GitClient(Parts parts)
      : agenda_(parts.agenda),
        dice_(parts.dice),
        server_(parts.server),
        is_deposed_(std::move(parts.is_deposed)) {}

  Status EnsureOwner(const std::string&) override { return Ok(); }
  Status EnsureRepo(const master::RepoName& repo, const std::string& branch) override;
  Status DeleteRepo(const master::RepoName& repo) override;
  Result<std::vector<master::RepoName>> ListRepos() override;
  Result<master::Committed> Push(const master::RepoName& repo, const std::string& branch,
                                 const std::string& directory, const master::CommitInfo& info) override;
  Result<std::string> FindUpload(const master::RepoName& repo, const std::string& branch,
                                 const std::string& digest) override;
  Result<std::string> Import(const master::RepoName& repo, const std::string& branch, const std::string& url,
                             const std::string& ref, std::stop_token stop) override;
  Result<std::string> Resolve(const master::RepoName& repo, const std::string& ref) override;
  Result<std::optional<std::string>> ReadFile(const master::RepoName&, const std::string&, const std::string&,
                                              std::size_t) override;
  Status MoveBranch(const master::RepoName& repo, const std::string& branch, const std::string& from,
                    const std::string& to) override;
  Status KeepCommits(const master::RepoName& repo, const master::CommitsByRelease& commits) override;
  Result<RepoAccess> GrantRead(const master::RepoName& repo, const std::string& commit, WallTime) override;

 private:
  Status Reach(Millis most);

  Agenda& agenda_;
  Dice& dice_;
  GitRepos& server_;
  const std::function<bool()> is_deposed_;
};

}  // namespace edm::simulation
