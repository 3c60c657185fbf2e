#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "common/model/disk.h"
#include "common/ports/clock.h"
#include "worker/ports/data_folder.h"
#include "worker/ports/disk_account.h"
#include "worker/ports/engine_disk.h"

namespace edm::worker {

class CacheLedger;
class RoomMaker;

// Measures when asked, but not again within kKept: an engine takes seconds to add up its layers. Any thread;
// one measures, others wait for it.
class DiskSurvey final : public DiskAccount {
 public:
  static constexpr Millis kKept{30'000};
  static constexpr Millis kEngineDeadline{20'000};

  // All of it outlives this.
  struct Peers {
    EngineDisk& engine;
    CacheLedger& ledger;
    DataFolder& data;
    const RoomMaker& room;
    Clock& clock;
  };
  explicit DiskSurvey(const Peers& peers) : peers_(peers) {}

  MachineDisk Usage() override;

 private:
  MachineDisk Measure();

  const Peers peers_;
  std::mutex mutex_;
  std::optional<MachineDisk> last_;  // guarded by mutex_
  SteadyTime measured_{};            // guarded by mutex_
};

}  // namespace edm::worker
