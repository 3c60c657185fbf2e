#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/backoff.h"
#include "common/model/worker.h"
#include "common/ports/clock.h"
#include "worker/core/master_clock.h"
#include "worker/ports/address_reserver.h"
#include "worker/ports/attempts.h"
#include "worker/ports/load_probe.h"
#include "worker/ports/master_link.h"

namespace edm::worker {

// What a session reports from. All of it outlives the session.
struct SessionSources {
  MasterLink& link;
  Attempts& attempts;
  LoadProbe& load;
  AddressReserver& addresses;
  const Clock& clock;
};

// This worker's session with its master: registers, beats, registers again when the master asks for it, and
// comes back after a loss. One thread, but for SetEngine.
class Session {
 public:
  static constexpr Backoff kReconnect{.first = Millis(125), .most = Millis(1'000)};

  Session(SessionSources sources, WorkerFacts facts) : sources_(sources), facts_(std::move(facts)) {}

  // What the engine says of itself. Registers again with the next turn where it is news. Any thread.
  void SetEngine(EngineFacts engine);

  // One turn; says after how long the next one is due.
  Millis Beat();

  bool is_registered() const { return !registration_.session.empty(); }
  // Any thread.
  MasterClock master_clock() const;
  // Why it is not, or the last failure; "" when all is well.
  const std::string& trouble() const { return trouble_; }

 private:
  Millis Register();
  Load SampleLoad();
  // Those that differ from what the master has been told, and those that are gone.
  std::vector<Observation> Changed(const std::vector<Observation>& seen) const;
  void Told(const std::vector<Observation>& seen);
  Millis Failed(const Error& error);
  void Heard(SteadyTime asked, std::uint32_t epoch, std::optional<Millis> fence_after);

  // What a registration says of this worker now.
  WorkerFacts Facts() const;

  const SessionSources sources_;
  const WorkerFacts facts_;
  mutable std::mutex mutex_;
  EngineFacts engine_;        // guarded by mutex_
  MasterClock master_clock_;  // guarded by mutex_
  EngineFacts told_engine_;   // what the master was told of it
  Registration registration_;
  std::map<std::string, Observation> told_;
  std::uint32_t failures_ = 0;
  std::string trouble_;
};

}  // namespace edm::worker
