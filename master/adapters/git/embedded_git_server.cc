#include "master/adapters/git/embedded_git_server.h"

#include <fmt/format.h>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/model/names.h"
#include "master/adapters/git/commit_file.h"
#include "master/adapters/git/commit_tree.h"
#include "master/adapters/git/repo_refs.h"

namespace edm::master {
namespace {

std::string BranchRef(const std::string& branch) { return "refs/heads/" + branch; }
std::string ReleaseRef(std::uint32_t release) { return fmt::format("{}{}", kReleaseRefs, release); }

}  // namespace

Result<std::unique_ptr<EmbeddedGitServer>> EmbeddedGitServer::Open(Options options, Entropy& entropy,
                                                                   const TransferClient& transfer) {
  EDM_TRY(auto repos, BareRepos::Open(options.root, entropy));
  EDM_TRY(auto grants, ReadGrants::Open(options.root + "/.read-key", entropy));
  return std::unique_ptr<EmbeddedGitServer>(
      new EmbeddedGitServer(std::move(options), std::move(repos), std::move(grants), entropy, transfer));
}

Status EmbeddedGitServer::EnsureOwner(const std::string& owner) { return repos_->MakeOwner(owner); }

Status EmbeddedGitServer::EnsureRepo(const RepoName& repo, const std::string& branch) {
  return repos_->Make(repo, branch);
}

Status EmbeddedGitServer::DeleteRepo(const RepoName& repo) { return repos_->Delete(repo); }

Result<std::vector<RepoName>> EmbeddedGitServer::ListRepos() { return repos_->List(); }

Result<Committed> EmbeddedGitServer::Push(const RepoName& repo, const std::string& branch,
                                          const std::string& directory, const CommitInfo& info) {
  EDM_CHECK(CheckBranch(branch));
  const std::lock_guard lock(repos_->LockOf(repo));
  EDM_TRY(const auto open, repos_->OpenRepo(repo));
  return CommitTree(open.get(), Shown(repo), branch, directory, info);
}

Result<std::string> EmbeddedGitServer::Import(const RepoName& repo, const std::string& branch,
                                              const std::string& url, const std::string& ref) {
  EDM_CHECK(CheckBranch(branch));
  EDM_CHECK(CheckGitUrl(url));
  if (!ref.empty()) EDM_CHECK(CheckRef(ref));
  EDM_TRY(const auto open, repos_->OpenRepo(repo));
  const RepoRefs refs(open.get(), Shown(repo));
  const auto into = std::string(kImportRefs) + ToHex(entropy_.Bytes(8));
  TransferRequest request;
  request.repo = repos_->Path(repo);
  request.url = url;
  request.ref = ref;
  request.into = into;
  // Without the lock: a slow server elsewhere must not hold up anybody.
  auto fetched = transfer_.Run(request);
  const std::lock_guard lock(repos_->LockOf(repo));
  auto commit = fetched.ok() ? refs.Read(into) : Result<git_oid>(fetched.error());
  Status moved = commit.ok() ? refs.Set(BranchRef(branch), ToText(*commit)) : Status(commit.error());
  const auto removed = refs.Remove(into);
  if (!moved.ok()) return std::move(moved).error();
  EDM_CHECK(removed);
  return ToText(*commit);
}

Result<std::string> EmbeddedGitServer::Resolve(const RepoName& repo, const std::string& ref) {
  EDM_TRY(const auto open, repos_->OpenRepo(repo));
  EDM_TRY(const auto id, RepoRefs(open.get(), Shown(repo)).Resolve(ref));
  return ToText(id);
}

Result<std::optional<std::string>> EmbeddedGitServer::ReadFile(const RepoName& repo, const std::string& commit,
                                                               const std::string& path,
                                                               std::size_t bytes_max) {
  EDM_TRY(const auto open, repos_->OpenRepo(repo));
  EDM_TRY(const auto id, RepoRefs(open.get(), Shown(repo)).ParseCommit(commit));
  return ReadCommitFile(open.get(), id, path, bytes_max, "repo " + Shown(repo));
}

Status EmbeddedGitServer::MoveBranch(const RepoName& repo, const std::string& branch, const std::string& from,
                                     const std::string& to) {
  EDM_CHECK(CheckBranch(branch));
  const std::lock_guard lock(repos_->LockOf(repo));
  EDM_TRY(const auto open, repos_->OpenRepo(repo));
  return RepoRefs(open.get(), Shown(repo)).Move(BranchRef(branch), from, to);
}

Status EmbeddedGitServer::KeepCommit(const RepoName& repo, std::uint32_t release, const std::string& commit) {
  const std::lock_guard lock(repos_->LockOf(repo));
  EDM_TRY(const auto open, repos_->OpenRepo(repo));
  return RepoRefs(open.get(), Shown(repo)).Set(ReleaseRef(release), commit);
}

Status EmbeddedGitServer::DropCommit(const RepoName& repo, std::uint32_t release) {
  const std::lock_guard lock(repos_->LockOf(repo));
  EDM_TRY(const auto open, repos_->OpenRepo(repo));
  return RepoRefs(open.get(), Shown(repo)).Remove(ReleaseRef(release));
}

Result<RepoAccess> EmbeddedGitServer::GrantRead(const RepoName& repo, const std::string& commit,
                                                WallTime until) {
  const std::lock_guard lock(repos_->LockOf(repo));
  EDM_TRY(const auto open, repos_->OpenRepo(repo));
  const RepoRefs refs(open.get(), Shown(repo));
  EDM_CHECK(refs.ParseCommit(commit));
  // What is being pushed has no branch until its deploy is done, and fetches bring only what a ref names.
  EDM_CHECK(refs.Set(std::string(kOrderedRef), commit));
  return RepoAccess{fmt::format("{}/git/{}/{}.git", options_.base_url, Folded(repo.owner), repo.name),
                    std::string(kGrantUser), grants_.Make(repo, until), commit};
}

}  // namespace edm::master
