#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "common/base/pulse.h"
#include "common/ports/clock.h"
#include "common/ports/executor.h"
#include "common/ports/kv_store.h"
#include "common/rpc/tls.h"
#include "master/adapters/channel/grpc_worker_channel.h"
#include "master/adapters/loop/cluster_loop.h"
#include "master/adapters/loop/confirmed_git_server.h"
#include "master/adapters/loop/effect_runner.h"
#include "master/adapters/state/load.h"
#include "master/adapters/state/sealer.h"
#include "master/ports/event_log.h"
#include "master/ports/git_server.h"
#include "master/ports/image_store.h"

namespace edm::master {

// What a leader is made of while it leads: the loop that owns the state, the channel that follows its orders,
// and its effects. Begins with the next epoch and the state of that moment; ends for good.
class Term {
 public:
  struct Parts {
    KvStore& store;
    const Sealer& sealer;
    EventLog& log;
    GitServer& git;
    Executor& pool;
    const Clock& clock;
    const rpc::Identity& identity;
    std::function<Status()> check_room;
    Settings settings;
    std::shared_ptr<Pulse> pulse = std::make_shared<Pulse>();  // of the loop, from term to term
    std::function<void(const Decision&)> witness = {};         // as BatchWriter has it; may be none
    ImageStore* images = nullptr;                              // null: there is no registry
  };
  // Towards its seat: another leads, the store refused a write; whether nobody else can lead now.
  struct Mandated {
    std::function<void(Error)> on_deposed;  // on a thread of the term's
    std::function<bool()> is_sure;          // any thread
  };

  // Blocking.
  static Result<std::shared_ptr<Term>> Begin(const Parts& parts, Mandated seat);

  ~Term();

  ClusterLoop& loop() { return *loop_; }
  // Whoever waits, or comes, is told why; no order is followed and no effect begun any more. Blocking.
  void End(const Error& why);
  // As a master stops: what was decided is stored before. Blocking.
  void Finish();

 private:
  Term(const Parts& parts, std::function<bool()> is_sure);

  std::atomic<bool> is_over_ = false;
  std::unique_ptr<GrpcWorkerChannel> channel_;
  ConfirmedGitServer git_;
  EffectRunner effects_;
  std::unique_ptr<ClusterLoop> loop_;
};

}  // namespace edm::master
