#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/order.h"

namespace edm::master {

// A repo is named by owner and instance id; templates are repos of the owner "templates".
struct RepoName {
  std::string owner;
  std::string name;
  auto operator<=>(const RepoName&) const = default;
};

inline constexpr std::string_view kTemplatesOwner = "templates";

// The user name under which a worker shows the password of GrantRead to the embedded server.
inline constexpr std::string_view kGrantUser = "edm-worker";

struct CommitInfo {
  std::string author;   // token name
  std::string message;  // "" for a default one
  std::string digest;   // of the upload, kept as a trailer of the message
  WallTime time;
};

struct Committed {
  std::string commit;
  bool unchanged = false;  // the branch already held exactly these files: no new commit was made
};

using CommitsByRelease = std::map<std::uint32_t, std::string>;

// Keeps sources: the embedded bare repos, or a Gogs or Gitea installation. Blocking; any thread.
// Errors: kUnavailable (away; each call has a deadline), kNotFound, kPermissionDenied, kResourceExhausted.
class GitServer {
 public:
  virtual ~GitServer() = default;

  virtual Status EnsureOwner(const std::string& owner) = 0;
  // Private, HEAD on `branch`. There already: ok.
  virtual Status EnsureRepo(const RepoName& repo, const std::string& branch) = 0;
  // Not there: ok.
  virtual Status DeleteRepo(const RepoName& repo) = 0;
  virtual Result<std::vector<RepoName>> ListRepos() = 0;

  // Makes the files under `directory` the content of `branch`, as a commit on top of it.
  virtual Result<Committed> Push(const RepoName& repo, const std::string& branch,
                                 const std::string& directory, const CommitInfo& info) = 0;
  // The head of `branch` when it was made of the upload with that digest; kNotFound.
  virtual Result<std::string> FindUpload(const RepoName& repo, const std::string& branch,
                                         const std::string& digest) = 0;
  // Fetches `ref` of a repo elsewhere into `branch`. `url` was checked by CheckGitUrl. `stop` ends the fetch
  // within 100 ms (kCancelled).
  virtual Result<std::string> Import(const RepoName& repo, const std::string& branch, const std::string& url,
                                     const std::string& ref, std::stop_token stop = {}) = 0;
  // A branch, tag or (abbreviated) commit -> 40 hex digits. Empty ref: the head of the default branch.
  virtual Result<std::string> Resolve(const RepoName& repo, const std::string& ref) = 0;
  // A regular file of a commit; none when it has no such file of at most `bytes_max`.
  virtual Result<std::optional<std::string>> ReadFile(const RepoName& repo, const std::string& commit,
                                                      const std::string& path, std::size_t bytes_max) = 0;
  // After a deploy that came by push: fails with kAborted when the branch is no longer at `from`.
  virtual Status MoveBranch(const RepoName& repo, const std::string& branch, const std::string& from,
                            const std::string& to) = 0;
  // Keeps these commits from being collected (by refs under refs/edm/releases/), and lets go of all others
  // that were kept before.
  virtual Status KeepCommits(const RepoName& repo, const CommitsByRelease& commits) = 0;

  // How a worker reads that one repo until `until`; the commit is copied into the answer.
  virtual Result<RepoAccess> GrantRead(const RepoName& repo, const std::string& commit, WallTime until) = 0;
};

}  // namespace edm::master
