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
  };
  std::map<master::RepoName, Repo> repos;
  bool is_away = false;
};

// A master's way to them, on a fiber. What it asked for is done even if it is stopped or killed meanwhile,
// and only what its fetch brings is not. A URL ends with the commit that is fetched from there.
class GitClient final : public master::GitServer {
 public:
  struct Parts {
    Agenda& agenda;
    Dice& dice;
    GitRepos& server;
  };
  explicit GitClient(Parts parts) : agenda_(parts.agenda), dice_(parts.dice), server_(parts.server) {}

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
  // On a fiber: it is done there after a while, whatever its asker does meanwhile.
  template <class Answer>
  Result<Answer> Ask(Millis most, std::function<Result<Answer>(GitRepos&)> serve);
  template <class Answer>
  Result<Answer> AskRepo(Millis most, const master::RepoName& repo,
                         std::function<Result<Answer>(GitRepos::Repo&)> serve);

  Agenda& agenda_;
  Dice& dice_;
  GitRepos& server_;
};

}  // namespace edm::simulation
