#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "worker/core/orphans.h"
#include "worker/core/records.h"
#include "worker/ports/workload.h"

namespace edm::worker {

// Work on an instance outside of any attempt.
enum class Errand : std::uint8_t {
  kNone,
  kRecover,       // after a restart of this worker, and where an attempt leaves doubt: what should run, runs
  kRemoveFailed,  // failed containers were kept long enough
  kRemoveOrphans,
  kFence,  // it must not run twice, and no master is heard
  kDropReleases,
};

// All about one instance. Guarded by the runner's mutex; a task of the instance works on copies.
struct Slot {
  Holding holding;
  std::map<std::uint32_t, AttemptRecord>
      attempts;                             // by number: under way, waiting, and the last ones that ended
  std::uint32_t current = 0;                // under way; 0: none
  std::uint32_t waiting = 0;                // begins when `current` has ended
  std::stop_source stop;                    // of `current`
  std::optional<Error> stopped_by;          // why `stop` was requested
  std::optional<Error> waiting_stopped_by;  // why `waiting` is to end instead of beginning
  std::uint32_t delivered = 0;              // the last attempt whose end a master has
  Errand errand = Errand::kNone;
  std::uint32_t errand_failures = 0;         // in a row, of an engine that is there
  Orphans orphans;                           // of kRemoveOrphans
  std::vector<std::uint32_t> surplus;        // of kDropReleases
  bool is_unsure = false;                    // which releases are kept: an attempt has ended since
  bool busy = false;                         // a task of this instance is posted or runs
  std::shared_ptr<const Workload> workload;  // of `current`
  bool final_is_new = true;
  std::optional<WallTime> step_started;
  std::string step_detail;

  AttemptRecord* Newest() { return attempts.empty() ? nullptr : &attempts.rbegin()->second; }
  const AttemptRecord* Newest() const { return attempts.empty() ? nullptr : &attempts.rbegin()->second; }
  // Gone but for the history of its deletion, or of an order that this worker could not even try.
  bool IsGone() const {
    const auto* newest = Newest();
    if (newest == nullptr || !newest->ended()) return false;
    return newest->end->phase == Phase::kDeleted ||
           (newest->end->phase == Phase::kRejected && IsBare(holding));
  }
  // Nothing is under way or to be done, but for what was told to a master.
  bool IsAtRest() const {
    return !busy && current == 0 && waiting == 0 && errand == Errand::kNone && !attempts.empty() && !IsGone();
  }
  // Nothing of it is here: it was made to remove orphans of its name.
  bool IsStrange() const { return attempts.empty() && IsBare(holding) && holding.ports.empty(); }
  // Asks the attempt under way to end; the first reason stays.
  void RequestStop(Error reason) {
    if (!stopped_by) stopped_by = std::move(reason);
    stop.request_stop();
  }
};

}  // namespace edm::worker
