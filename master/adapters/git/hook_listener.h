#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "master/adapters/git/bare_repos.h"
#include "master/core/git/hook_wire.h"
#include "master/ports/push_gate.h"

namespace edm::master {

// Answers the hooks of the embedded repos: asks the gate about each pushed branch, moves the ones it only
// wants stored, and sends what the gate says while it judges. One thread accepts and watches who has left,
// one each serves a push; all end with this object. A gate that is asked again and again must return when it
// is told to stop, or the destructor waits for it.
class HookListener {
 public:
  struct Options {
    std::string socket;             // its path; what stands there is replaced
    std::uint32_t pushes_max = 32;  // at once; one more is rejected
  };

  // Error: the path is too long for a socket, or its folder cannot be written.
  static Result<std::unique_ptr<HookListener>> Start(Options options, const BareRepos& repos, PushGate& gate);
  ~HookListener();
  HookListener(const HookListener&) = delete;
  HookListener& operator=(const HookListener&) = delete;

 private:
  // A hook that waits for its verdicts.
  struct Visit {
    UniqueFd socket;
    std::stop_source left;
    std::atomic<bool> done = false;
    std::thread thread;
  };

  HookListener(Options options, const BareRepos& repos, PushGate& gate)
      : options_(std::move(options)), repos_(repos), gate_(gate) {}
  void Listen();
  void Accept();
  void Serve(Visit& visit);
  HookReply Judge(const HookRequest& request, const PushedRef& ref, Visit& visit);
  Status Store(const HookRequest& request, const PushedRef& ref) const;
  void JoinDone();

  const Options options_;
  const BareRepos& repos_;
  PushGate& gate_;
  UniqueFd listening_;
  UniqueFd wake_;                               // an eventfd: stop
  std::vector<std::unique_ptr<Visit>> visits_;  // of the listening thread
  std::thread thread_;
};

}  // namespace edm::master
