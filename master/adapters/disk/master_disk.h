#pragma once

#include <filesystem>
#include <mutex>
#include <optional>

#include "common/model/disk.h"
#include "common/ports/clock.h"

namespace edm::master {

// What lies in the master's folders: repos by owner and name, event logs, the rest. Measured when asked, but
// not again within kKept. Any thread; blocking.
class MasterDisk {
 public:
  static constexpr Millis kKept{30'000};

  // `repos`: of the embedded git server. `clock` outlives it.
  MasterDisk(std::filesystem::path data, std::filesystem::path repos, const Clock& clock)
      : data_(std::move(data)), repos_(std::move(repos)), clock_(clock) {}

  MachineDisk Usage();

 private:
  MachineDisk Measure() const;

  const std::filesystem::path data_;
  const std::filesystem::path repos_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<MachineDisk> last_;  // guarded by mutex_
  SteadyTime measured_{};            // guarded by mutex_
};

}  // namespace edm::master
