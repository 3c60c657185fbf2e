#include "master/adapters/git/bare_git_server.h"

#include <fmt/format.h>

#include "common/model/names.h"
#include "master/adapters/git/commit_file.h"
#include "master/adapters/git/commit_tree.h"
#include "master/adapters/git/repo_refs.h"

namespace edm::master {

Status BareGitServer::CheckImport(const std::string& branch, const std::string& url, const std::string& ref) {
  EDM_CHECK(CheckBranch(branch));
  EDM_CHECK(CheckGitUrl(url));
  return ref.empty() ? Ok() : CheckRef(ref);
}

Result<GitRepo> BareGitServer::OpenCurrent(const RepoName& repo) { return bare_->OpenRepo(repo); }

Status BareGitServer::Publish(const RepoName&, std::vector<std::string>) { return Ok(); }

Result<std::vector<RepoName>> BareGitServer::ListRepos() { return bare_->List(); }

Result<Committed> BareGitServer::Push(const RepoName& repo, const std::string& branch,
                                      const std::string& directory, const CommitInfo& info) {
  EDM_CHECK(CheckBranch(branch));
  const std::lock_guard lock(bare_->LockOf(repo));
  EDM_TRY(const auto open, OpenCurrent(repo));
  EDM_TRY(auto committed, CommitTree(open.get(), ShownRepo(repo), branch, directory, info));
  if (!committed.unchanged) EDM_CHECK(Publish(repo, {fmt::format("{0}:{0}", BranchRef(branch))}));
  return committed;
}

Result<std::string> BareGitServer::FindUpload(const RepoName& repo, const std::string& branch,
                                              const std::string& digest) {
  EDM_CHECK(CheckBranch(branch));
  const std::lock_guard lock(bare_->LockOf(repo));
  EDM_TRY(const auto open, OpenCurrent(repo));
  return FindUploaded(open.get(), ShownRepo(repo), branch, digest);
}

Result<std::optional<std::string>> BareGitServer::ReadFile(const RepoName& repo, const std::string& commit,
                                                           const std::string& path, std::size_t bytes_max) {
  const std::lock_guard lock(bare_->LockOf(repo));
  EDM_TRY(const auto open, OpenCurrent(repo));
  EDM_TRY(const auto id, RepoRefs(open.get(), ShownRepo(repo)).ParseCommit(commit));
  return ReadCommitFile(open.get(), id, path, bytes_max, "repo " + ShownRepo(repo));
}

Status BareGitServer::MoveBranch(const RepoName& repo, const std::string& branch, const std::string& from,
                                 const std::string& to) {
  EDM_CHECK(CheckBranch(branch));
  const std::lock_guard lock(bare_->LockOf(repo));
  EDM_TRY(const auto open, OpenCurrent(repo));
  EDM_CHECK(RepoRefs(open.get(), ShownRepo(repo)).Move(BranchRef(branch), from, to));
  return Publish(repo,
                 {to == kNoCommit ? ":" + BranchRef(branch) : fmt::format("+{0}:{0}", BranchRef(branch))});
}

Status BareGitServer::KeepCommits(const RepoName& repo, const CommitsByRelease& commits) {
  const std::lock_guard lock(bare_->LockOf(repo));
  EDM_TRY(const auto open, OpenCurrent(repo));
  EDM_TRY(auto changed, RepoRefs(open.get(), ShownRepo(repo)).KeepCommits(commits));
  return changed.empty() ? Ok() : Publish(repo, std::move(changed));
}

}  // namespace edm::master
