#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/ports/clock.h"
#include "worker/core/cpu_meter.h"
#include "worker/ports/load_probe.h"

namespace edm::worker {

// Ticks since boot of the cores in `mine`, from /proc/stat; of all cores when none of them is listed.
std::optional<CpuTicks> ParseCpuTicks(std::string_view proc_stat, const std::set<int>& mine);
// The number of a line like "MemTotal:  16000 kB", in MiB.
std::uint32_t ParseMemoryMib(std::string_view meminfo, std::string_view name);
// The cores that this process may use: its affinity, which a cpuset sets too.
std::set<int> CoresOfThisProcess();

// How busy the cores are that this process may use, whoever uses them, or how much of its cgroup's quota is
// used where that is more; /proc/meminfo; of the disks that `data` and the engine are on the one with less
// room. Any thread.
class SystemLoadProbe final : public LoadProbe {
 public:
  // Where the cgroup has no quota, how often to look whether it has one now: a look reads a file or more for
  // each group above this process.
  static constexpr Millis kQuotaLookEvery{30'000};

  // Reads once, so that the first sample can be taken soon.
  SystemLoadProbe(Clock& clock, std::string data);
  Load Sample() override;
  // The engine's data folder; "": it is not here.
  void AlsoWatch(const std::string& engine_root);

 private:
  void ReadCpu();

  Clock& clock_;
  const std::string data_;
  std::mutex mutex_;
  CpuMeter cores_;  // guarded by mutex_, as what follows
  CpuMeter quota_;
  SteadyTime quota_due_{};  // of the next look for a quota, where there was none
  std::string engine_root_;
};

}  // namespace edm::worker
