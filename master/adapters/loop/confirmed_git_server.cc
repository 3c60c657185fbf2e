#include "master/adapters/loop/confirmed_git_server.h"

namespace edm::master {

Status ConfirmedGitServer::Confirm() const {
  for (Millis waited{0};; waited += kLookEvery) {
    if (parts_.is_sure()) return Ok();
    if (waited >= kConfirmWait || !parts_.clock.Wait(kLookEvery, {})) break;
  }
  return Error{Code::kUnavailable,
               "git server",
               "this master is not sure to lead, and changes nothing there",
               {},
               "ask again in a moment"};
}

Status ConfirmedGitServer::EnsureOwner(const std::string& owner) {
  EDM_CHECK(Confirm());
  return parts_.server.EnsureOwner(owner);
}

Status ConfirmedGitServer::EnsureRepo(const RepoName& repo, const std::string& branch) {
  EDM_CHECK(Confirm());
  return parts_.server.EnsureRepo(repo, branch);
}

Status ConfirmedGitServer::DeleteRepo(const RepoName& repo) {
  EDM_CHECK(Confirm());
  return parts_.server.DeleteRepo(repo);
}

Result<Committed> ConfirmedGitServer::Push(const RepoName& repo, const std::string& branch,
                                           const std::string& directory, const CommitInfo& info) {
  EDM_CHECK(Confirm());
  return parts_.server.Push(repo, branch, directory, info);
}

Result<std::string> ConfirmedGitServer::Import(const RepoName& repo, const std::string& branch,
                                               const std::string& url, const std::string& ref,
                                               std::stop_token stop) {
  EDM_CHECK(Confirm());
  return parts_.server.Import(repo, branch, url, ref, stop);
}

Status ConfirmedGitServer::MoveBranch(const RepoName& repo, const std::string& branch,
                                      const std::string& from, const std::string& to) {
  EDM_CHECK(Confirm());
  return parts_.server.MoveBranch(repo, branch, from, to);
}

Status ConfirmedGitServer::KeepCommits(const RepoName& repo, const CommitsByRelease& commits) {
  EDM_CHECK(Confirm());
  return parts_.server.KeepCommits(repo, commits);
}

}  // namespace edm::master
