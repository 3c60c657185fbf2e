#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "worker/adapters/runner/engine_view.h"
#include "worker/adapters/runner/job.h"
#include "worker/adapters/runner/slot.h"
#include "worker/adapters/runner/surroundings.h"
#include "worker/core/disk/room.h"
#include "worker/ports/attempts.h"

namespace edm::worker {

// Carries attempts through: one effect of an instance at a time, each a task of its own on one of two bounded
// executors, with a line in the journal after each. So it may be killed between any two instructions: the
// next one on the same journal goes on. Any thread. Both executors must have come to rest before it is
// destroyed.
class AttemptRunner final : public Attempts {
 public:
  static constexpr std::size_t kEndedAttemptsKept = 3;  // per instance, for masters that ask again
  static constexpr Millis kDeletedKept{15'000};         // the history of what is gone, that nobody fetched

  AttemptRunner(const Surroundings& around, RunnerSettings settings, EngineView& view);

  // Reads the journal; once, before anything else.
  Status Load();
  // Goes on with what was under way, and with what should run.
  void Resume();

  Status Assign(Order order) override;
  Status Cancel(std::uint32_t epoch, const std::string& instance, std::uint32_t attempt,
                const std::string& reason) override;
  void EndWasDelivered(const std::string& instance, std::uint32_t attempt) override;
  std::vector<Observation> Observations() override;
  Counts Count() override;
  Unsure AreUnsure() override;
  void Keep(std::uint32_t epoch, const Unsure& asked,
            const std::map<std::string, std::vector<std::uint32_t>>& kept) override;

  // A leading master has answered a call that was sent then, and says after how long a silence its singletons
  // are to stop.
  void Heard(SteadyTime at, std::optional<Millis> fence_after) override;
  void SawEpoch(std::uint32_t epoch) override;

  // Once a second: deadlines, kept containers whose time is over, tasks that found a full queue.
  void Tick();

  // Of all that the engine has: what is there for nobody is removed, in turn with what is done for its
  // instance.
  void RemoveOrphans(const Footprint& everything);

  // Histories of attempts that have ended, but for the last one of each instance: masters may ask for that.
  std::set<AttemptKey> OldHistories() const;
  // Releases whose checkouts and images are needed, or may be in a moment.
  std::set<ReleaseKey> HeldReleases() const;

  // What the directory should list.
  worker::Standing Standing() const;

  // No new effects; those under way are told to stop, and their attempts go on after the next start.
  void Stop();

 private:
  using Lock = std::lock_guard<std::mutex>;

  // With mutex_ held:
  void PostNext(const std::string& instance, Slot& slot);
  Status Admitted(Slot& slot, Order order);
  // An instance that is made again under the id of one deleted long ago counts its attempts from 1 again.
  void ForgetDeletedFor(const Order& order);
  void Supersede(Slot& slot, const Order& by);
  SteadyTime DueOf(const Order& order) const;
  void EndWaiting(Slot& slot, const Error& reason);
  void StartWaiting(Slot& slot);
  void DropOldAttempts(Slot& slot);
  void Forget(const std::string& instance);
  void ForgetIfDelivered(const std::string& instance);
  std::set<std::string> TemplatesOfOthers(const std::string& instance) const;
  std::unique_ptr<Job> Take(Slot& slot);
  bool FenceIsClosed() const;
  Error Fenced(const std::string& instance) const;
  void KeepFence(const std::string& instance, Slot& slot);
  bool MustStayStopped(const Slot& slot) const;
  void TellEndAgain(const AttemptRecord& record);

  // Tasks:
  void RunStep(const std::string& instance);
  void RunErrand(const std::string& instance);
  Status PerformErrand(Errand errand, const Orphans& orphans, Holding& holding);
  Status DropReleases(const std::vector<std::uint32_t>& surplus, Holding& holding);
  Status CheckFence(const Job& job, Effect effect) const;
  Status StopFenced(Holding& holding);

  // Parts of a step:
  void Begin(Job& job, Effect effect);
  Status PerformUnlessStopped(Job& job, Effect effect);
  void Succeeded(Job& job, Effect effect);
  void Failed(Job& job, Effect effect, Error error);
  void End(Job& job);
  void Return(std::unique_ptr<Job> job);

  const Surroundings around_;
  const RunnerSettings settings_;
  EngineView& view_;
  mutable std::mutex mutex_;
  std::map<std::string, Slot> slots_;  // guarded by mutex_
  std::uint32_t epoch_ = 0;            // guarded by mutex_; the highest seen
  Fence fence_;                        // guarded by mutex_
  bool stopping_ = false;              // guarded by mutex_
};

}  // namespace edm::worker
