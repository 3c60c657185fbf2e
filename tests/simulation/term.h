#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "master/adapters/loop/batch.h"
#include "master/adapters/loop/confirmed_git_server.h"
#include "master/adapters/loop/effect_runner.h"
#include "master/adapters/state/load.h"
#include "master/ports/cluster.h"
#include "tests/simulation/call.h"
#include "tests/simulation/channel.h"
#include "tests/simulation/fiber_pool.h"
#include "tests/simulation/git.h"
#include "tests/simulation/store.h"
#include "worker/ports/master_link.h"

namespace edm::simulation {

struct World;
class MasterMachine;

// What a leader is while it leads: takes the epoch, loads what is stored, decides in turn, stores, and lets
// out what follows, by the same functions as the real loop and writer.
class Term final : public master::Cluster {
 public:
  struct Parts {
    World& world;
    MasterMachine& machine;
    LifePointer life;  // of its process
    std::function<void(Error)> on_deposed;
    std::function<bool()> is_sure;  // that nobody else can lead
  };
  // On a fiber.
  static Result<std::unique_ptr<Term>> Begin(const Parts& parts);
  ~Term() override = default;

  // Whoever waits, or comes, is told why; no order is followed and no effect begun any more.
  void GiveUp(const Error& why);

  // What comes over the network.
  void OnCommand(master::Command command, const Reply<master::Accepted>& reply);
  void OnReport(const master::Report& report, const Reply<Unit>& reply);
  void OnBeat(const master::WorkerBeat& beat, const std::vector<std::string>& unsure,
              const Reply<worker::BeatAnswer>& reply);
  void OnRegister(const WorkerFacts& facts, const std::vector<Observation>& observations,
                  const Reply<worker::Registration>& reply);

  void Submit(master::Command command, Answer answer) override;
  void Report(master::Report report, Answer answer) override;
  std::shared_ptr<const master::State> View() const override;

  // As decided, whether it is stored or not.
  const master::State& state() const { return state_; }
  // All that was decided is stored, and what follows from it is done.
  bool is_settled() const {
    return inputs_.empty() && pending_.entries.empty() && storing_.empty() && pool_.is_idle();
  }

 private:
  struct Input {
    std::variant<master::Command, master::Report> what;
    Answer answer;
  };
  explicit Term(const Parts& parts);

  Status Load();
  void GoOn();
  void Enqueue(Input input);
  void Turn();
  void Tick();
  void Sweep();
  void Take(master::Decision decision, Answer answer);
  void KeepWriting();
  Status Store(master::Batch& batch);
  Status StoreOne(const std::vector<KvOp>& ops, master::Batch& batch);
  void AnswerThatItWaits(master::Batch& batch);
  void Publish();
  void TakeUpload(const master::Begin& begin);
  master::Moment Now() const;

  const Parts parts_;
  World& world_;
  const std::shared_ptr<std::uint32_t> epoch_ = std::make_shared<std::uint32_t>(0);
  StorePath path_;
  StoreClient store_;
  GitClient git_client_;
  master::ConfirmedGitServer git_;
  Channel channel_;
  FiberPool pool_;
  master::EffectRunner effects_;
  std::optional<KvOp> fence_;
  master::State state_;   // as decided
  master::State stored_;  // as stored: what others may see
  std::optional<Error> given_up_;
  std::deque<Input> inputs_;
  bool is_turn_due_ = false;
  master::Batch pending_;
  std::vector<master::Change> storing_;
  Millis storing_since_{0};
  std::optional<Error> trouble_;
  Agenda::Wake wake_writer_;
};

}  // namespace edm::simulation
