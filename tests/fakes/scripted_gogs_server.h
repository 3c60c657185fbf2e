#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "common/adapters/process/boost_process_runner.h"
#include "common/adapters/system/thread_pool.h"
#include "common/rpc/http/server.h"
#include "master/ports/git_server.h"

namespace edm::master {

// What Gogs and Gitea answer, written from their API's documentation, over real repos and `git http-backend`.
// They differ where edm notices: Gogs lists the secrets of tokens and takes the first branch pushed as the
// default one; Gitea does neither, but lets the default branch be set. Any thread.
class ScriptedGogsServer {
 public:
  enum class Kind : std::uint8_t { kGogs, kGitea };
  static constexpr const char* kAdminToken = "secret-of-the-admin";

  ScriptedGogsServer(std::string folder, Kind kind);
  ~ScriptedGogsServer();

  std::string url() const;
  std::string BarePath(const RepoName& repo) const;

  // The next so many requests are answered by 500, or not at all.
  void Fail(int requests);
  void Hang(int requests);
  // Breaks every connection; nothing listens until Start.
  void Stop();
  void Start();
  void AddUser(const std::string& user, const std::string& password);
  std::vector<std::string> requests() const;  // "POST /api/v1/admin/users"

 private:
  struct Answer {
    int status = 200;
    std::string body;
  };
  void Serve(const std::shared_ptr<rpc::Exchange>& exchange);
  Answer Api(const rpc::HttpRequest& request, const std::string& body);
  Answer Users(const rpc::HttpRequest& request, const std::vector<std::string>& path,
               const std::string& body);
  Answer Repos(const std::string& method, const RepoName& repo, const std::string& body);
  Answer MakeUser(const std::string& body);
  Answer MakeRepo(const std::string& owner, const std::string& body);
  void Transport(const std::shared_ptr<rpc::Exchange>& exchange, const std::vector<std::string>& path);
  bool IsUser(const rpc::HttpRequest& request, const std::string& user) const;
  void RunGit(const std::vector<std::string>& words);
  void TakeFirstBranch(const RepoName& repo);

  const std::string folder_;
  const Kind kind_;
  BoostProcessRunner runner_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  int failing_ = 0;  // guarded by mutex_, as all below
  int hanging_ = 0;
  std::vector<std::shared_ptr<rpc::Exchange>> hung_;
  std::vector<std::string> requests_;
  std::map<std::string, std::string> passwords_;  // by user
  std::map<std::string, std::string> tokens_;     // by secret: the user
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<rpc::HttpServer> server_;
};

}  // namespace edm::master
