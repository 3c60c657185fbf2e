#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/base/backoff.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/rpc/http/client.h"
#include "master/ports/git_server.h"

namespace edm::master {

// Tries again what failed because the other side was away: refused, hung, or answered 5xx. Each try has a
// deadline of its own.
struct GogsPatience {
  Millis call_deadline{10'000};
  std::uint32_t tries_max = 6;
  Millis total{20'000};  // no try begins after that: six that hang would take a minute
  Backoff pause{Millis(200), Millis(5'000)};
};

// `work` until it succeeds, fails for good, or the tries are used up. Blocks.
Status Patiently(const GogsPatience& patience, const std::function<Status()>& work);

// The part of the REST API (v1) of Gogs 0.11 and later and of Gitea that is needed here. Every call may be
// made twice: what is there already is fine. Blocking; any thread.
class GogsApi {
 public:
  struct Options {
    std::string url;          // "http://git.example:3000"
    std::string admin_token;  // of an administrator
    std::string user_secret;  // users' passwords are made from it: the same secret, the same passwords
    GogsPatience patience;
  };

  explicit GogsApi(Options options);

  Status EnsureUser(const std::string& user);
  // A token of that user, which reads and writes their repos.
  Result<std::string> Token(const std::string& user);
  Status EnsureRepo(const RepoName& repo, const std::string& branch);  // private
  Status DeleteRepo(const RepoName& repo);                             // not there: ok
  std::string CloneUrl(const RepoName& repo) const;

 private:
  enum class As : std::uint8_t { kAdmin, kUser };
  Result<rpc::HttpReply> Call(const std::string& method, const std::string& path, const std::string& body,
                              As as, const std::string& user);
  std::string PasswordOf(const std::string& user) const;

  const Options options_;
  rpc::HttpClient http_;
  std::mutex mutex_;
  std::map<std::string, std::string> tokens_;  // guarded by mutex_
};

}  // namespace edm::master
