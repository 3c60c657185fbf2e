#include "master/adapters/gogs/gogs_git_server.h"

#include <fmt/format.h>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/model/names.h"
#include "master/adapters/git/commit_file.h"
#include "master/adapters/git/commit_tree.h"
#include "master/adapters/git/repo_refs.h"

namespace edm::master {
namespace {

// Both servers take a token as the user name when this stands in for the password.
constexpr std::string_view kTokenPassword = "x-oauth-basic";

RepoName There(const RepoName& repo) { return {Folded(repo.owner), repo.name}; }
std::string BranchRef(const std::string& branch) { return "refs/heads/" + branch; }
std::string ReleaseRef(std::uint32_t release) { return fmt::format("{}{}", kReleaseRefs, release); }

}  // namespace

Result<std::unique_ptr<GogsGitServer>> GogsGitServer::Open(Options options, GogsApi& api, Entropy& entropy,
                                                           const TransferClient& transfer) {
  EDM_TRY(auto mirrors, BareRepos::Open(options.mirrors, entropy));
  return std::unique_ptr<GogsGitServer>(
      new GogsGitServer(std::move(options), std::move(mirrors), api, entropy, transfer));
}

Status GogsGitServer::Transfer(const RepoName& repo, TransferRequest request) {
  const auto there = There(repo);
  EDM_TRY(request.user, api_.Token(there.owner));
  request.password = kTokenPassword;
  request.repo = mirrors_->Path(repo);
  request.url = api_.CloneUrl(there);
  return Patiently(options_.patience, [&] { return transfer_.Run(request); });
}

// The caller holds the repo's lock.
Result<GitRepo> GogsGitServer::Synced(const RepoName& repo) {
  EDM_TRY(auto open, mirrors_->OpenRepo(repo));
  TransferRequest request;
  request.action = TransferRequest::Action::kFetchAll;
  EDM_CHECK(Transfer(repo, request));
  // Opened again: the child wrote packs that the first handle has not seen.
  return mirrors_->OpenRepo(repo);
}

Status GogsGitServer::Publish(const RepoName& repo, const std::string& refspec) {
  TransferRequest request;
  request.action = TransferRequest::Action::kPush;
  request.refspecs = {refspec};
  return Transfer(repo, request);
}

Status GogsGitServer::EnsureOwner(const std::string& owner) {
  EDM_CHECK(CheckOwner(owner));
  return api_.EnsureUser(Folded(owner));
}

Status GogsGitServer::EnsureRepo(const RepoName& repo, const std::string& branch) {
  EDM_CHECK(mirrors_->Make(repo, branch));
  return api_.EnsureRepo(There(repo), branch);
}

Status GogsGitServer::DeleteRepo(const RepoName& repo) {
  EDM_CHECK(CheckOwner(repo.owner));
  EDM_CHECK(CheckInstanceId(repo.name));
  EDM_CHECK(api_.DeleteRepo(There(repo)));
  return mirrors_->Delete(repo);
}

Result<std::vector<RepoName>> GogsGitServer::ListRepos() { return mirrors_->List(); }

Result<Committed> GogsGitServer::Push(const RepoName& repo, const std::string& branch,
                                      const std::string& directory, const CommitInfo& info) {
  EDM_CHECK(CheckBranch(branch));
  const std::lock_guard lock(mirrors_->LockOf(repo));
  EDM_TRY(const auto open, Synced(repo));
  EDM_TRY(auto committed, CommitTree(open.get(), Shown(repo), branch, directory, info));
  if (!committed.unchanged) EDM_CHECK(Publish(repo, fmt::format("{0}:{0}", BranchRef(branch))));
  return committed;
}

Result<std::string> GogsGitServer::Import(const RepoName& repo, const std::string& branch,
                                          const std::string& url, const std::string& ref) {
  EDM_CHECK(CheckBranch(branch));
  EDM_CHECK(CheckGitUrl(url));
  if (!ref.empty()) EDM_CHECK(CheckRef(ref));
  const std::lock_guard lock(mirrors_->LockOf(repo));
  EDM_CHECK(Synced(repo));
  TransferRequest request;
  request.repo = mirrors_->Path(repo);
  request.url = url;
  request.ref = ref;
  request.into = std::string(kImportRefs) + ToHex(entropy_.Bytes(8));
  EDM_CHECK(transfer_.Run(request));
  EDM_TRY(const auto open, mirrors_->OpenRepo(repo));
  const RepoRefs refs(open.get(), Shown(repo));
  EDM_TRY(const auto commit, refs.Read(request.into));
  EDM_CHECK(refs.Set(BranchRef(branch), ToText(commit)));
  EDM_CHECK(refs.Remove(request.into));
  EDM_CHECK(Publish(repo, fmt::format("+{0}:{0}", BranchRef(branch))));
  return ToText(commit);
}

Result<std::string> GogsGitServer::Resolve(const RepoName& repo, const std::string& ref) {
  const std::lock_guard lock(mirrors_->LockOf(repo));
  EDM_TRY(const auto open, Synced(repo));
  EDM_TRY(const auto id, RepoRefs(open.get(), Shown(repo)).Resolve(ref));
  return ToText(id);
}

Result<std::optional<std::string>> GogsGitServer::ReadFile(const RepoName& repo, const std::string& commit,
                                                           const std::string& path, std::size_t bytes_max) {
  const std::lock_guard lock(mirrors_->LockOf(repo));
  EDM_TRY(const auto open, Synced(repo));
  EDM_TRY(const auto id, RepoRefs(open.get(), Shown(repo)).ParseCommit(commit));
  return ReadCommitFile(open.get(), id, path, bytes_max, "repo " + Shown(repo));
}

Status GogsGitServer::MoveBranch(const RepoName& repo, const std::string& branch, const std::string& from,
                                 const std::string& to) {
  EDM_CHECK(CheckBranch(branch));
  const std::lock_guard lock(mirrors_->LockOf(repo));
  EDM_TRY(const auto open, Synced(repo));
  EDM_CHECK(RepoRefs(open.get(), Shown(repo)).Move(BranchRef(branch), from, to));
  return Publish(repo,
                 to == kNoCommit ? ":" + BranchRef(branch) : fmt::format("+{0}:{0}", BranchRef(branch)));
}

Status GogsGitServer::KeepCommit(const RepoName& repo, std::uint32_t release, const std::string& commit) {
  const std::lock_guard lock(mirrors_->LockOf(repo));
  EDM_TRY(const auto open, Synced(repo));
  EDM_CHECK(RepoRefs(open.get(), Shown(repo)).Set(ReleaseRef(release), commit));
  return Publish(repo, fmt::format("+{0}:{0}", ReleaseRef(release)));
}

Status GogsGitServer::DropCommit(const RepoName& repo, std::uint32_t release) {
  const std::lock_guard lock(mirrors_->LockOf(repo));
  EDM_TRY(const auto open, Synced(repo));
  const RepoRefs refs(open.get(), Shown(repo));
  if (const auto kept = refs.Read(ReleaseRef(release)); !kept.ok() && kept.error().code == Code::kNotFound)
    return Ok();
  EDM_CHECK(refs.Remove(ReleaseRef(release)));
  return Publish(repo, ":" + ReleaseRef(release));
}

Result<RepoAccess> GogsGitServer::GrantRead(const RepoName& repo, const std::string& commit, WallTime) {
  EDM_TRY(auto token, api_.Token(Folded(repo.owner)));
  return RepoAccess{api_.CloneUrl(There(repo)), std::move(token), std::string(kTokenPassword), commit};
}

}  // namespace edm::master
