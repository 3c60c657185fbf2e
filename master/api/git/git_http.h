#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/ports/executor.h"
#include "common/ports/process_runner.h"
#include "common/rpc/call.h"
#include "common/rpc/http/exchange.h"
#include "master/api/git/git_route.h"
#include "master/api/git/open_pushes.h"
#include "master/ports/push_gate.h"

namespace edm::master {

// Serves /git/<owner>/<instance>.git by `git http-backend`, behind tokens as git's basic auth (any user name)
// and the read grants of workers. Handle is for an io thread; each request then occupies one thread of a pool
// until its answer is sent: a push as long as its deploy, which is why pushes have a pool of their own, or
// they would keep the worker that builds for them from fetching.
class GitHttp {
 public:
  struct Options {
    std::string repos;        // folder of the bare repos
    std::string hook_folder;  // core.hooksPath
    std::string hook_socket;
    std::uint64_t push_bytes_max = 1ULL << 30U;  // receive.maxInputSize
    Millis deadline{2 * 3600'000};               // for one request, the deploy of a push included
  };

  // All references outlive this object.
  struct Peers {
    ProcessRunner& runner;
    Executor& reads;
    Executor& pushes;
    PushGate& gate;
    rpc::Authenticate authenticate;
    std::function<bool(std::string_view password, const RepoName&)> grant_allows;
    // Sees to it that the repo of an instance is there: its first push may be the first source it gets.
    std::function<Status(const RepoName&)> ensure_repo;
    std::function<void(const Error&)> on_failure;  // for the log; any thread
    OpenPushes::Tidy remove_push_leftovers;        // once no push of that repo is under way
    std::function<Status()> check_room;            // why nothing may be pushed now; it may be none
  };

  static constexpr std::string_view kPrefix = "/git/";

  GitHttp(Options options, Peers peers)
      : options_(std::move(options)), peers_(std::move(peers)), pushes_(peers_.remove_push_leftovers) {}

  void Handle(const std::shared_ptr<rpc::Exchange>& exchange);

 private:
  // Who asks: a token's name, or a worker that reads by a grant.
  struct Asker {
    std::string name;
    bool by_grant = false;
  };
  Result<Asker> Identify(const rpc::HttpRequest& request, const GitRoute& route) const;
  void Serve(const std::shared_ptr<rpc::Exchange>& exchange, const GitRoute& route, const Asker& asker);
  Status RunBackend(const std::shared_ptr<rpc::Exchange>& exchange, const GitRoute& route,
                    const Asker& asker);
  ProcessSpec BackendFor(const rpc::HttpRequest& request, const GitRoute& route, const Asker& asker) const;

  const Options options_;
  const Peers peers_;
  OpenPushes pushes_;
};

}  // namespace edm::master
