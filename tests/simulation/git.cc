#include "tests/simulation/git.h"

#include <memory>

#include "tests/simulation/recipe.h"

namespace edm::simulation {
namespace {

constexpr Millis kDeadline{5'000};
constexpr double kIsLarge = 0.1;  // share of the repos elsewhere that take long to fetch

Error GitAway() { return {Code::kUnavailable, "git server", "it does not answer"}; }
Error NoRepo(const master::RepoName& repo) { return {Code::kNotFound, "repo " + repo.name, "there is none"}; }

}  // namespace

template <class Answer>
Result<Answer> GitClient::Ask(Millis most, std::function<Result<Answer>(GitRepos&)> serve) {
  const auto answer = std::make_shared<std::optional<Result<Answer>>>();
  const auto takes = dice_.Between(Millis(1), most);
  agenda_.Wait(kDeadline, {}, [&](const Agenda::Wake& wake) {
    agenda_.After(takes, {}, [&server = server_, serve, answer, wake] {
      *answer = server.is_away ? Result<Answer>(GitAway()) : serve(server);
      wake();
    });
  });
  return answer->value_or(Result<Answer>(GitAway()));
}

template <class Answer>
Result<Answer> GitClient::AskRepo(Millis most, const master::RepoName& repo,
                                  std::function<Result<Answer>(GitRepos::Repo&)> serve) {
  return Ask<Answer>(most, [repo, serve](GitRepos& server) -> Result<Answer> {
    const auto found = server.repos.find(repo);
    if (found == server.repos.end()) return NoRepo(repo);
    return serve(found->second);
  });
}

Status GitClient::EnsureRepo(const master::RepoName& repo, const std::string& branch) {
  return Ask<Unit>(Millis(10), [repo, branch](GitRepos& server) -> Status {
    server.repos[repo].branches.try_emplace(branch);
    return Ok();
  });
}

Status GitClient::DeleteRepo(const master::RepoName& repo) {
  return Ask<Unit>(Millis(20), [repo](GitRepos& server) -> Status {
    server.repos.erase(repo);
    return Ok();
  });
}

Result<std::vector<master::RepoName>> GitClient::ListRepos() {
  return Ask<std::vector<master::RepoName>>(Millis(20),
                                            [](GitRepos& server) -> Result<std::vector<master::RepoName>> {
                                              std::vector<master::RepoName> names;
                                              for (const auto& [name, repo] : server.repos)
                                                names.push_back(name);
                                              return names;
                                            });
}

// `directory` stands for the commit that its files become.
Result<master::Committed> GitClient::Push(const master::RepoName& repo, const std::string& branch,
                                          const std::string& directory, const master::CommitInfo& info) {
  return AskRepo<master::Committed>(Millis(100), repo,
                                    [branch, directory, digest = info.digest](GitRepos::Repo& open) {
                                      open.branches[branch] = directory;
                                      open.uploads[digest] = directory;
                                      return Result<master::Committed>(master::Committed{directory});
                                    });
}

Result<std::string> GitClient::FindUpload(const master::RepoName& repo, const std::string&,
                                          const std::string& digest) {
  return AskRepo<std::string>(Millis(20), repo, [repo, digest](GitRepos::Repo& open) -> Result<std::string> {
    const auto upload = open.uploads.find(digest);
    if (upload == open.uploads.end()) return NoRepo(repo);
    return upload->second;
  });
}

Result<std::string> GitClient::Import(const master::RepoName& repo, const std::string& branch,
                                      const std::string& url, const std::string&, std::stop_token stop) {
  const auto most = Millis(dice_.Hits(kIsLarge) ? 5'000 : 300);
  if (agenda_.Wait(dice_.Between(Millis(10), most), stop) == Agenda::Outcome::kStopped)
    return Error{Code::kCancelled, "git URL", "cancelled"};
  return AskRepo<std::string>(Millis(5), repo, [branch, url](GitRepos::Repo& open) {
    open.branches[branch] = url.substr(url.size() - kCommitDigits);
    return Result<std::string>(open.branches[branch]);
  });
}

Result<std::string> GitClient::Resolve(const master::RepoName& repo, const std::string& ref) {
  return AskRepo<std::string>(Millis(10), repo, [repo, ref](GitRepos::Repo& open) -> Result<std::string> {
    const auto branch = open.branches.find(ref.empty() ? "main" : ref);
    if (branch == open.branches.end() || branch->second.empty()) return NoRepo(repo);
    return branch->second;
  });
}

Result<std::optional<std::string>> GitClient::ReadFile(const master::RepoName&, const std::string&,
                                                       const std::string&, std::size_t) {
  return Ask<std::optional<std::string>>(
      Millis(4), [](GitRepos&) { return Result<std::optional<std::string>>(std::optional<std::string>()); });
}

Status GitClient::MoveBranch(const master::RepoName& repo, const std::string& branch, const std::string& from,
                             const std::string& to) {
  return AskRepo<Unit>(Millis(20), repo, [branch, from, to](GitRepos::Repo& open) -> Status {
    auto& head = open.branches[branch];
    if (head != from) return Error{Code::kAborted, "branch " + branch, "it was moved meanwhile"};
    head = to;
    return Ok();
  });
}

Status GitClient::KeepCommits(const master::RepoName& repo, const master::CommitsByRelease& commits) {
  return AskRepo<Unit>(Millis(20), repo, [commits](GitRepos::Repo& open) -> Status {
    open.kept = commits;
    return Ok();
  });
}

Result<RepoAccess> GitClient::GrantRead(const master::RepoName& repo, const std::string& commit, WallTime) {
  return RepoAccess{"http://git/" + repo.owner + "/" + repo.name + ".git", "worker", "grant", commit};
}

}  // namespace edm::simulation
