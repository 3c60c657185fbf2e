#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/adapters/process/boost_process_runner.h"
#include "common/adapters/system/system_clock.h"
#include "common/adapters/system/system_entropy.h"
#include "common/adapters/system/thread_pool.h"
#include "common/rpc/http/server.h"
#include "master/adapters/git/embedded_git_server.h"
#include "master/adapters/git/hook_listener.h"
#include "master/api/git/git_http.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::master {

// Says what a test told it to. Any thread.
class ScriptedGate final : public PushGate {
 public:
  using Judged = std::function<Result<Verdict>(
      const PushedBranch&, const std::function<void(std::string_view)>&, std::stop_token)>;

  Status Admit(const std::string& owner, const std::string& instance, bool write,
               const std::string& actor) override;
  Result<Verdict> Judge(const PushedBranch& push, const std::function<void(std::string_view)>& on_line,
                        std::stop_token stop) override;

  void OnPush(Judged judged);
  std::vector<PushedBranch> pushes() const;

 private:
  mutable std::mutex mutex_;
  Judged judged_;
  std::vector<PushedBranch> pushes_;
};

// The git side of a master as its main wires it, on a port of its own, with a scripted gate and one token.
class GitSite {
 public:
  explicit GitSite(std::uint64_t push_bytes_max = 256U << 20U);
  ~GitSite();

  EmbeddedGitServer& git() { return *git_; }
  ScriptedGate& gate() { return gate_; }
  std::string Url(const std::string& owner, const std::string& name,
                  const std::string& password = kToken) const;
  std::uint16_t port() const { return server_->port(); }
  const std::string& folder() const { return folder_.path(); }

  struct Ran {
    int exit_code = -1;
    std::string output;  // both streams
  };
  // A stock git client, run in `directory`.
  Ran Git(const std::string& directory, const std::vector<std::string>& words, std::stop_token stop = {});
  // A new work tree with one commit; returns its folder.
  std::string WorkTree(const std::string& name, const std::string& content = "hello\n");

  static constexpr const char* kToken = "token-of-ann";

 private:
  TemporaryFolder folder_;
  SystemEntropy entropy_;
  SystemClock clock_;
  BoostProcessRunner runner_;
  TransferClient transfer_;
  ScriptedGate gate_;
  std::unique_ptr<EmbeddedGitServer> git_;
  std::unique_ptr<HookListener> hooks_;
  std::unique_ptr<GitHttp> http_;
  std::unique_ptr<rpc::HttpServer> server_;
  // Joined first: a push goes on for a moment after git has left.
  ThreadPool reads_{{.name = "git-reads", .threads = 4}};
  ThreadPool pushes_{{.name = "git-pushes", .threads = 4}};
};

}  // namespace edm::master
