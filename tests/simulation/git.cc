#include "tests/simulation/git.h"

#include "tests/simulation/recipe.h"

namespace edm::simulation {
namespace {

Error GitAway() { return {Code::kUnavailable, "git server", "it does not answer"}; }
Error NoRepo(const master::RepoName& repo) { return {Code::kNotFound, "repo " + repo.name, "there is none"}; }

}  // namespace

Status GitClient::Reach(Millis most) {
  agenda_.Wait(dice_.Between(Millis(1), most));
  return server_.is_away ? Status(GitAway()) : Ok();
}

Status GitClient::EnsureRepo(const master::RepoName& repo, const std::string& branch) {
  EDM_CHECK(Reach(Millis(10)));
  const auto [at, is_new] = server_.repos.try_emplace(repo);
  if (is_new) at->second.is_of_deposed = is_deposed_();
  at->second.branches.try_emplace(branch);
  return Ok();
}

Status GitClient::DeleteRepo(const master::RepoName& repo) {
  EDM_CHECK(Reach(Millis(20)));
  server_.repos.erase(repo);
  return Ok();
}

Result<std::vector<master::RepoName>> GitClient::ListRepos() {
  EDM_CHECK(Reach(Millis(20)));
  std::vector<master::RepoName> names;
  for (const auto& [name, repo] : server_.repos) names.push_back(name);
  return names;
}

// `directory` stands for the commit that its files become.
Result<master::Committed> GitClient::Push(const master::RepoName& repo, const std::string& branch,
                                          const std::string& directory, const master::CommitInfo& info) {
  EDM_CHECK(Reach(Millis(100)));
  const auto found = server_.repos.find(repo);
  if (found == server_.repos.end()) return NoRepo(repo);
  found->second.branches[branch] = directory;
  found->second.uploads[info.digest] = directory;
  return master::Committed{directory};
}

Result<std::string> GitClient::FindUpload(const master::RepoName& repo, const std::string&,
                                          const std::string& digest) {
  EDM_CHECK(Reach(Millis(20)));
  const auto found = server_.repos.find(repo);
  if (found == server_.repos.end()) return NoRepo(repo);
  const auto upload = found->second.uploads.find(digest);
  return upload == found->second.uploads.end() ? Result<std::string>(NoRepo(repo)) : upload->second;
}

Result<std::string> GitClient::Import(const master::RepoName& repo, const std::string& branch,
                                      const std::string& url, const std::string&, std::stop_token stop) {
  if (agenda_.Wait(dice_.Between(Millis(10), Millis(300)), stop) == Agenda::Outcome::kStopped)
    return Error{Code::kCancelled, "git URL", "cancelled"};
  if (server_.is_away) return GitAway();
  const auto found = server_.repos.find(repo);
  if (found == server_.repos.end()) return NoRepo(repo);
  return found->second.branches[branch] = url.substr(url.size() - kCommitDigits);
}

Result<std::string> GitClient::Resolve(const master::RepoName& repo, const std::string& ref) {
  EDM_CHECK(Reach(Millis(10)));
  const auto found = server_.repos.find(repo);
  if (found == server_.repos.end()) return NoRepo(repo);
  const auto branch = found->second.branches.find(ref.empty() ? "main" : ref);
  if (branch == found->second.branches.end() || branch->second.empty()) return NoRepo(repo);
  return branch->second;
}

Result<std::optional<std::string>> GitClient::ReadFile(const master::RepoName&, const std::string&,
                                                       const std::string&, std::size_t) {
  EDM_CHECK(Reach(Millis(4)));
  return std::optional<std::string>();
}

Status GitClient::MoveBranch(const master::RepoName& repo, const std::string& branch, const std::string& from,
                             const std::string& to) {
  EDM_CHECK(Reach(Millis(20)));
  const auto found = server_.repos.find(repo);
  if (found == server_.repos.end()) return NoRepo(repo);
  auto& head = found->second.branches[branch];
  if (head != from) return Error{Code::kAborted, "branch " + branch, "it was moved meanwhile"};
  head = to;
  return Ok();
}

Status GitClient::KeepCommits(const master::RepoName& repo, const master::CommitsByRelease& commits) {
  EDM_CHECK(Reach(Millis(20)));
  const auto found = server_.repos.find(repo);
  if (found == server_.repos.end()) return NoRepo(repo);
  found->second.kept = commits;
  return Ok();
}

Result<RepoAccess> GitClient::GrantRead(const master::RepoName& repo, const std::string& commit, WallTime) {
  return RepoAccess{"http://git/" + repo.owner + "/" + repo.name + ".git", "worker", "grant", commit};
}

}  // namespace edm::simulation
