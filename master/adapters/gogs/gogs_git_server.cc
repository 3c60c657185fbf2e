#include "master/adapters/gogs/gogs_git_server.h"

#include <fmt/format.h>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/model/names.h"
#include "master/adapters/git/repo_refs.h"

namespace edm::master {
namespace {

// Both servers take a token as the user name when this stands in for the password.
constexpr std::string_view kTokenPassword = "x-oauth-basic";

RepoName There(const RepoName& repo) { return {Folded(repo.owner), repo.name}; }

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
  request.repo = bare().Path(repo);
  request.url = api_.CloneUrl(there);
  return Patiently(options_.patience, [&] { return transfer_.Run(request); });
}

Result<GitRepo> GogsGitServer::OpenCurrent(const RepoName& repo) {
  EDM_TRY(auto open, bare().OpenRepo(repo));
  TransferRequest request;
  request.action = TransferRequest::Action::kFetchAll;
  EDM_CHECK(Transfer(repo, request));
  // Opened again: the child wrote packs that the first handle has not seen.
  return bare().OpenRepo(repo);
}

Status GogsGitServer::Publish(const RepoName& repo, std::vector<std::string> refspecs) {
  TransferRequest request;
  request.action = TransferRequest::Action::kPush;
  request.refspecs = std::move(refspecs);
  return Transfer(repo, request);
}

Status GogsGitServer::EnsureOwner(const std::string& owner) {
  EDM_CHECK(CheckOwner(owner));
  return api_.EnsureUser(Folded(owner));
}

Status GogsGitServer::EnsureRepo(const RepoName& repo, const std::string& branch) {
  EDM_CHECK(bare().Make(repo, branch));
  return api_.EnsureRepo(There(repo), branch);
}

Status GogsGitServer::DeleteRepo(const RepoName& repo) {
  EDM_CHECK(CheckOwner(repo.owner));
  EDM_CHECK(CheckInstanceId(repo.name));
  EDM_CHECK(api_.DeleteRepo(There(repo)));
  return bare().Delete(repo);
}

Result<std::string> GogsGitServer::Import(const RepoName& repo, const std::string& branch,
                                          const std::string& url, const std::string& ref,
                                          std::stop_token stop) {
  EDM_CHECK(CheckImport(branch, url, ref));
  const std::lock_guard lock(bare().LockOf(repo));
  EDM_CHECK(OpenCurrent(repo));
  TransferRequest request;
  request.repo = bare().Path(repo);
  request.url = url;
  request.ref = ref;
  request.into = std::string(kImportRefs) + ToHex(entropy_.Bytes(8));
  EDM_CHECK(transfer_.Run(request, stop));
  EDM_TRY(const auto open, bare().OpenRepo(repo));
  const RepoRefs refs(open.get(), ShownRepo(repo));
  EDM_TRY(const auto commit, refs.Read(request.into));
  EDM_CHECK(refs.Set(BranchRef(branch), ToText(commit)));
  EDM_CHECK(refs.Remove(request.into));
  EDM_CHECK(Publish(repo, {fmt::format("+{0}:{0}", BranchRef(branch))}));
  return ToText(commit);
}

Result<std::string> GogsGitServer::Resolve(const RepoName& repo, const std::string& ref) {
  const std::lock_guard lock(bare().LockOf(repo));
  EDM_TRY(const auto open, OpenCurrent(repo));
  EDM_TRY(const auto id, RepoRefs(open.get(), ShownRepo(repo)).Resolve(ref));
  return ToText(id);
}

Result<RepoAccess> GogsGitServer::GrantRead(const RepoName& repo, const std::string& commit, WallTime) {
  EDM_TRY(auto token, api_.Token(Folded(repo.owner)));
  return RepoAccess{api_.CloneUrl(There(repo)), std::move(token), std::string(kTokenPassword), commit};
}

}  // namespace edm::master
