#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "common/ports/clock.h"
#include "worker/adapters/disk/cache_ledger.h"
#include "worker/adapters/disk/cache_watch.h"
#include "worker/core/disk/room.h"
#include "worker/ports/data_folder.h"
#include "worker/ports/disk_room.h"
#include "worker/ports/engine_disk.h"
#include "worker/ports/event_log.h"
#include "worker/ports/release_files.h"
#include "worker/ports/source_store.h"

namespace edm::worker {

// Carries out what core/disk/room.h decides: before builds, and once in a while. Any thread; one pass at a
// time.
class RoomMaker final : public DiskRoom {
 public:
  static constexpr std::size_t kRemovedMax = 50;  // last removals that are told
  // While a disk stays short of room; twice as long after each pass that made none, up to the other. From the
  // first again once there was room meanwhile.
  static constexpr Millis kPassEvery{10'000};
  static constexpr Millis kPassEveryMax{600'000};

  // All of it outlives this.
  struct Peers {
    EngineDisk& engine;
    CacheLedger& ledger;
    DataFolder& data;
    SourceStore& sources;
    ReleaseFiles& files;
    EventLog& events;
    Clock& clock;
  };
  // What the attempts need and what not, now. Any thread.
  struct Needs {
    std::function<std::set<ReleaseKey>()> held;
    std::function<std::set<AttemptKey>()> droppable;
  };
  RoomMaker(const Peers& peers, const RoomBudgets& budgets) : peers_(peers), budgets_(budgets) {}

  // Before the first pass; until then no checkout and no history may go.
  void AskNeeds(Needs needs);

  Status Ensure(const Say& say) override;
  bool Clear(const Say& say) override;
  void BuildsBegin(std::size_t images) override { peers_.ledger.Begin(images); }
  void BuildsEnd() override {
    peers_.ledger.End();
    watch_.Look();
  }

  // Budgets, and disks that are short. Walks through what is stored.
  void Sweep(const Say& say, std::stop_token stop = {});
  // Whether a disk is short of room, and a pass may help. Cheap.
  bool IsDue();

  std::vector<DiskRemoval> removed() const;

 private:
  struct Disks {
    DiskPlace engine;
    DiskPlace data;
  };
  Disks Look() const;
  bool HaveRoom(const Disks& disks) const;
  Needs needs() const;
  // With pass_ held:
  RoomFacts Facts(const Say& say);
  std::size_t Pass(const RoomBudgets& budgets, const Say& say, std::stop_token stop = {});  // what went
  bool IsNeeded(const RoomRemoval& removal, const RoomBudgets& budgets) const;
  Result<std::uint64_t> Remove(const RoomRemoval& removal);
  void Note(const RoomRemoval& removal, std::uint64_t bytes, const Say& say);

  const Peers peers_;
  const RoomBudgets budgets_;
  std::mutex pass_;                    // one at a time
  std::uint64_t checkouts_bytes_ = 0;  // guarded by pass_; as last measured
  mutable std::mutex mutex_;
  SteadyTime due_{};          // guarded by mutex_, as what follows; of the next pass for a short disk
  Millis wait_ = kPassEvery;  // after that one
  Needs needs_;
  std::deque<DiskRemoval> removed_;
  CacheWatch watch_{peers_.ledger};
};

}  // namespace edm::worker
