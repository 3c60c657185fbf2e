#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

#include "common/base/pulse.h"
#include "common/ports/clock.h"
#include "common/ports/kv_store.h"
#include "master/adapters/loop/batch_writer.h"
#include "master/adapters/loop/effect_sink.h"
#include "master/adapters/state/sealer.h"
#include "master/ports/cluster.h"
#include "master/ports/event_log.h"

namespace edm::master {

// Owns the state of the cluster on one thread: takes inputs in turn, decides, and hands decisions to the
// writer. Reads the clock, ticks, and sweeps. Made with the state that was loaded; Start sets everything
// going that was under way.
class ClusterLoop final : public Cluster {
 public:
  static constexpr std::size_t kQueuedMax = 65'536;  // inputs that wait
  static constexpr std::size_t kRoundMax = 512;      // inputs decided before the view is renewed
  static constexpr Millis kTickInterval{200};
  static constexpr Millis kSweepInterval{10'000};
  static constexpr std::size_t kSweepAfter = 1'000;  // operations more than a sweep left: it is time for one
  static constexpr Millis kTurnMax{
      15'000};  // of one round; it takes milliseconds, and seconds under sanitizers

  struct Parts {
    KvStore& store;
    const Sealer& sealer;
    EventLog& log;
    EffectSink& effects;
    const Clock& clock;
    // Why nothing may be taken in that makes the state larger; it may be none.
    std::function<Status()> check_room;
    Millis answer_wait = BatchWriter::kAnswerWaitMax;  // while the store is away
    // Of several masters: a check in every transaction, and who is told when the store refuses by it.
    std::optional<KvOp> fence = {};
    std::function<void(Error)> on_deposed = {};
    std::function<void(const Decision&)> witness = {};  // as BatchWriter has it; may be none
    std::size_t sweep_after = kSweepAfter;
    // Of its thread; loops that follow one another may share it.
    std::shared_ptr<Pulse> pulse = std::make_shared<Pulse>();
  };

  ClusterLoop(State loaded, Parts parts);
  ~ClusterLoop() override;  // Stop()

  void Start();
  // Refuses what comes, stores what was decided, and ends.
  void Stop();
  // Stores and lets out nothing more: what comes and what waits is answered with `why`. Then Stop.
  void GiveUp(const Error& why);

  void Submit(Command command, Answer answer) override;
  void Report(master::Report report, Answer answer = {}) override;
  std::shared_ptr<const State> View() const override;

  // Why changes are refused now; none: all is well.
  std::optional<Error> Trouble() const { return writer_->Trouble(); }
  std::size_t queued() const;
  std::size_t pending() const { return writer_->pending(); }  // decisions that wait for the store
  // Late when its thread has stopped deciding; never late while the store is away.
  const Pulse& pulse() const { return *parts_.pulse; }

 private:
  struct Input {
    std::variant<Command, master::Report> what;
    Answer answer;
  };
  void Enqueue(Input input);
  void Run();
  std::deque<Input> TakeInputs();
  void DecideAll(std::deque<Input> inputs);
  void OnTime();
  bool IsSweepDue(SteadyTime now) const;
  void Carry(Decision decision);
  void HandOver(Batch batch);
  Moment Now() const { return {parts_.clock.Now(), parts_.clock.Steady()}; }

  const Parts parts_;
  State state_;  // the loop's thread only
  SteadyTime next_tick_;
  SteadyTime next_sweep_;
  std::size_t left_by_sweep_;  // operations
  std::unique_ptr<BatchWriter> writer_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Input> inputs_;       // guarded by mutex_
  bool stopping_ = false;          // guarded by mutex_
  std::optional<Error> given_up_;  // guarded by mutex_
  mutable std::mutex view_mutex_;
  std::shared_ptr<const State> view_;  // guarded by view_mutex_
  std::thread thread_;
};

// What a crash between the store and the log left out of the log: steps, and the end. Blocking; before Start.
void RepairLogs(const State& state, EventLog& log);

}  // namespace edm::master
