#include "master/adapters/git/embedded_git_server.h"

#include <fmt/format.h>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "master/adapters/git/repo_refs.h"

namespace edm::master {

Result<std::unique_ptr<EmbeddedGitServer>> EmbeddedGitServer::Open(Options options, Entropy& entropy,
                                                                   const TransferClient& transfer) {
  EDM_TRY(auto repos, BareRepos::Open(options.root, entropy));
  EDM_TRY(auto grants, ReadGrants::Open(options.root + "/.read-key", entropy));
  return std::unique_ptr<EmbeddedGitServer>(
      new EmbeddedGitServer(std::move(options), std::move(repos), std::move(grants), entropy, transfer));
}

Status EmbeddedGitServer::EnsureOwner(const std::string& owner) { return bare().MakeOwner(owner); }

Status EmbeddedGitServer::EnsureRepo(const RepoName& repo, const std::string& branch) {
  return bare().Make(repo, branch);
}

Status EmbeddedGitServer::DeleteRepo(const RepoName& repo) { return bare().Delete(repo); }

Result<std::string> EmbeddedGitServer::Import(const RepoName& repo, const std::string& branch,
                                              const std::string& url, const std::string& ref,
                                              std::stop_token stop) {
  EDM_CHECK(CheckImport(branch, url, ref));
  EDM_TRY(const auto open, bare().OpenRepo(repo));
  const RepoRefs refs(open.get(), ShownRepo(repo));
  const auto into = std::string(kImportRefs) + ToHex(entropy_.Bytes(8));
  TransferRequest request;
  request.repo = bare().Path(repo);
  request.url = url;
  request.ref = ref;
  request.into = into;
  // Without the lock: a slow server elsewhere must not hold up anybody.
  auto fetched = transfer_.Run(request, stop);
  const std::lock_guard lock(bare().LockOf(repo));
  auto commit = fetched.ok() ? refs.Read(into) : Result<git_oid>(fetched.error());
  Status moved = commit.ok() ? refs.Set(BranchRef(branch), ToText(*commit)) : Status(commit.error());
  const auto removed = refs.Remove(into);
  if (!moved.ok()) return std::move(moved).error();
  EDM_CHECK(removed);
  return ToText(*commit);
}

Result<std::string> EmbeddedGitServer::Resolve(const RepoName& repo, const std::string& ref) {
  EDM_TRY(const auto open, bare().OpenRepo(repo));
  EDM_TRY(const auto id, RepoRefs(open.get(), ShownRepo(repo)).Resolve(ref));
  return ToText(id);
}

Result<RepoAccess> EmbeddedGitServer::GrantRead(const RepoName& repo, const std::string& commit,
                                                WallTime until) {
  const std::lock_guard lock(bare().LockOf(repo));
  EDM_TRY(const auto open, bare().OpenRepo(repo));
  const RepoRefs refs(open.get(), ShownRepo(repo));
  EDM_CHECK(refs.ParseCommit(commit));
  // What is being pushed has no branch until its deploy is done, and fetches bring only what a ref names.
  EDM_CHECK(refs.Set(std::string(kOrderedRef), commit));
  return RepoAccess{fmt::format("{}/git/{}/{}.git", options_.base_url, Folded(repo.owner), repo.name),
                    std::string(kGrantUser), grants_.Make(repo, until), commit};
}

}  // namespace edm::master
