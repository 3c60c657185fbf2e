#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>

#include "master/ports/git_server.h"

namespace edm::master {

// Repos in memory: branches with commits made of the digest that was pushed. Any thread.
class FakeGitServer final : public GitServer {
 public:
  Status EnsureOwner(const std::string&) override { return Ok(); }
  Status EnsureRepo(const RepoName& repo, const std::string& branch) override {
    const std::lock_guard lock(mutex_);
    repos_[repo].head = branch;
    return Ok();
  }
  Status DeleteRepo(const RepoName& repo) override {
    const std::lock_guard lock(mutex_);
    if (away_ > 0 && away_-- > 0) return Error{Code::kUnavailable, "git server", "it is away", {}, "wait"};
    repos_.erase(repo);
    return Ok();
  }
  Result<std::vector<RepoName>> ListRepos() override {
    const std::lock_guard lock(mutex_);
    std::vector<RepoName> names;
    for (const auto& [name, repo] : repos_) names.push_back(name);
    return names;
  }
  Result<Committed> Push(const RepoName& repo, const std::string& branch, const std::string&,
                         const CommitInfo& info) override {
    const std::lock_guard lock(mutex_);
    auto& at = repos_[repo].branches[branch];
    const auto commit = (info.digest + std::string(40, '0')).substr(0, 40);
    const bool same = at == commit;
    at = commit;
    return Committed{commit, same};
  }
  Result<std::string> FindUpload(const RepoName& repo, const std::string& branch,
                                 const std::string& digest) override {
    const std::lock_guard lock(mutex_);
    const auto commit = (digest + std::string(40, '0')).substr(0, 40);
    if (repos_[repo].branches[branch] == commit) return commit;
    return Error{Code::kNotFound, "repo " + repo.name, "it has no such upload", {}, "send it again"};
  }
  Result<std::string> Import(const RepoName& repo, const std::string& branch, const std::string&,
                             const std::string&, std::stop_token stop = {}) override {
    std::unique_lock lock(mutex_);
    // A server elsewhere that hangs.
    stopped_.wait(lock, stop, [&] { return !holds_imports_; });
    if (stop.stop_requested()) return Error{Code::kCancelled, "git URL", "cancelled while it was fetched"};
    return repos_[repo].branches[branch] = std::string(40, 'f');
  }
  Result<std::string> Resolve(const RepoName& repo, const std::string& ref) override {
    const std::lock_guard lock(mutex_);
    const auto found = repos_.find(repo);
    const Error none{Code::kNotFound, "repo " + repo.name, "it has no " + ref, {}, "push to it"};
    if (found == repos_.end()) return none;
    const auto branch = found->second.branches.find(ref.empty() ? found->second.head : ref);
    if (branch == found->second.branches.end()) return none;
    return branch->second;
  }
  Result<std::optional<std::string>> ReadFile(const RepoName&, const std::string&, const std::string& path,
                                              std::size_t) override {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    return found == files_.end() ? std::optional<std::string>() : std::optional(found->second);
  }
  Status MoveBranch(const RepoName& repo, const std::string& branch, const std::string&,
                    const std::string& to) override {
    const std::lock_guard lock(mutex_);
    repos_[repo].branches[branch] = to;
    return Ok();
  }
  Status KeepCommits(const RepoName& repo, const CommitsByRelease& commits) override {
    const std::lock_guard lock(mutex_);
    const auto found = repos_.find(repo);
    if (found != repos_.end()) found->second.kept = commits;
    return Ok();
  }
  Result<RepoAccess> GrantRead(const RepoName& repo, const std::string& commit, WallTime) override {
    return RepoAccess{"http://git/" + repo.owner + "/" + repo.name + ".git", "worker", "grant", commit};
  }

  CommitsByRelease kept(const RepoName& repo) {
    const std::lock_guard lock(mutex_);
    return repos_[repo].kept;
  }

  // A file that every commit has.
  void PutFile(const std::string& path, const std::string& text) {
    const std::lock_guard lock(mutex_);
    files_[path] = text;
  }

  // Imports end only when they are stopped.
  void HoldImports() {
    const std::lock_guard lock(mutex_);
    holds_imports_ = true;
  }
  // The next calls of DeleteRepo fail.
  void GoAway(int calls) {
    const std::lock_guard lock(mutex_);
    away_ = calls;
  }

 private:
  struct Repo {
    std::string head = "main";
    std::map<std::string, std::string> branches;
    CommitsByRelease kept;
  };
  std::mutex mutex_;
  std::map<RepoName, Repo> repos_;            // guarded by mutex_
  std::map<std::string, std::string> files_;  // guarded by mutex_
  int away_ = 0;                              // guarded by mutex_
  bool holds_imports_ = false;                // guarded by mutex_
  std::condition_variable_any stopped_;
};

}  // namespace edm::master
