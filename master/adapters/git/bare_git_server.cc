#include "master/adapters/git/bare_git_server.h"

#include <fmt/format.h>

#include "common/model/names.h"
#include "master/adapters/git/commit_tree.h"
#include "master/adapters/git/repo_refs.h"

namespace edm::master {
namespace {

std::string ReleaseRef(std::uint32_t release) { return fmt::format("{}{}", kReleaseRefs, release); }

}  // namespace

Status BareGitServer::CheckImport(const std::string& branch, const std::string& url, const std::string& ref) {
  EDM_CHECK(CheckBranch(branch));
  EDM_CHECK(CheckGitUrl(url));
  return ref.empty() ? Ok() : CheckRef(ref);
}

Result<GitRepo> BareGitServer::OpenCurrent(const RepoName& repo) { return bare_->OpenRepo(repo); }

Status BareGitServer::Publish(const RepoName&, const std::string&) { return Ok(); }

Result<std::vector<RepoName>> BareGitServer::ListRepos() { return bare_->List(); }

Result<Committed> BareGitServer::Push(const RepoName& repo, const std::string& branch,
                                      const std::string& directory, const CommitInfo& info) {
  EDM_CHECK(CheckBranch(branch));
  const std::lock_guard lock(bare_->LockOf(repo));
  EDM_TRY(const auto open, OpenCurrent(repo));
  EDM_TRY(auto committed, CommitTree(open.get(), Shown(repo), branch, directory, info));
  if (!committed.unchanged) EDM_CHECK(Publish(repo, fmt::format("{0}:{0}", BranchRef(branch))));
  return committed;
}

Status BareGitServer::MoveBranch(const RepoName& repo, const std::string& branch, const std::string& from,
                                 const std::string& to) {
  EDM_CHECK(CheckBranch(branch));
  const std::lock_guard lock(bare_->LockOf(repo));
  EDM_TRY(const auto open, OpenCurrent(repo));
  EDM_CHECK(RepoRefs(open.get(), Shown(repo)).Move(BranchRef(branch), from, to));
  return Publish(repo,
                 to == kNoCommit ? ":" + BranchRef(branch) : fmt::format("+{0}:{0}", BranchRef(branch)));
}

Status BareGitServer::KeepCommit(const RepoName& repo, std::uint32_t release, const std::string& commit) {
  const std::lock_guard lock(bare_->LockOf(repo));
  EDM_TRY(const auto open, OpenCurrent(repo));
  EDM_CHECK(RepoRefs(open.get(), Shown(repo)).Set(ReleaseRef(release), commit));
  return Publish(repo, fmt::format("+{0}:{0}", ReleaseRef(release)));
}

Status BareGitServer::DropCommit(const RepoName& repo, std::uint32_t release) {
  const std::lock_guard lock(bare_->LockOf(repo));
  EDM_TRY(const auto open, OpenCurrent(repo));
  const RepoRefs refs(open.get(), Shown(repo));
  if (const auto kept = refs.Read(ReleaseRef(release)); !kept.ok() && kept.error().code == Code::kNotFound)
    return Ok();
  EDM_CHECK(refs.Remove(ReleaseRef(release)));
  return Publish(repo, ":" + ReleaseRef(release));
}

}  // namespace edm::master
