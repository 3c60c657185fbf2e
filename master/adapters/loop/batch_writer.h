#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "common/base/backoff.h"
#include "common/ports/kv_store.h"
#include "master/adapters/loop/batch.h"
#include "master/adapters/loop/effect_sink.h"
#include "master/ports/event_log.h"

namespace edm::master {

// What those hear who wait for an answer when the master ends.
Error MasterStops();

// Stores batches on a thread of its own, and only then lets out what follows from them: the view, the notes,
// the effects, the answers, in this order. While the store is away it tries again, for as long as it takes;
// who waits for an answer then hears after kAnswerWaitMax that it is not stored yet. A transaction that its
// fence refuses is the end: nothing is stored any more, and everybody is told so.
class BatchWriter {
 public:
  static constexpr std::size_t kPendingMax =
      10'000;  // decisions that wait, and a round; then Add waits as well
  static constexpr Backoff kRetry{Millis(100), Millis(5'000)};
  static constexpr Millis kAnswerWaitMax{8'000};  // below the 10 s that clients wait

  struct Parts {
    KvStore& store;
    const Sealer& sealer;
    EventLog& log;
    EffectSink& effects;
    std::function<void(std::shared_ptr<const State>)> publish;
    Millis answer_wait = kAnswerWaitMax;
    std::optional<KvOp> fence;              // in every transaction
    std::function<void(Error)> on_deposed;  // on the writer's thread: the fence has closed
    // Told of each decision that was stored, before anything follows from it; must return soon. May be none.
    std::function<void(const Decision&)> witness;
  };

  explicit BatchWriter(Parts parts);
  ~BatchWriter();  // Stop()

  // From the loop's thread. Blocks while kPendingMax wait, unless it stops. What changes the view comes in
  // one batch with it: nobody hears of a change that the view does not show yet.
  void Add(Batch batch);

  // Why nothing can be stored now; none: all is well. Any thread.
  std::optional<Error> Trouble() const;
  std::size_t pending() const;  // decisions that wait

  // From now on nothing is stored and nothing let out: whoever waits, or comes, gets `why`. Any thread.
  void GiveUp(Error why);
  // Stores what waits (unless the store is away) and ends; answers that were not given get kUnavailable.
  void Stop();

 private:
  void Run();
  enum class Outcome : std::uint8_t { kStored, kAway, kRefused };
  bool Store(Batch& batch);  // false: it stops
  Outcome Try(const std::vector<KvOp>& ops);
  void Depose(const Error& refusal);
  std::optional<Error> GivenUp() const;
  void SetTrouble(std::optional<Error> trouble);
  bool PauseBeforeRetry(std::uint32_t tries);
  void AnswerThatItWaits(Batch& batch);

  const Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable room_;
  Batch pending_;                  // guarded by mutex_
  std::optional<Error> trouble_;   // guarded by mutex_
  std::optional<Error> given_up_;  // guarded by mutex_
  bool stopping_ = false;          // guarded by mutex_
  std::thread thread_;
};

}  // namespace edm::master
