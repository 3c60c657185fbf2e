#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/ports/clock.h"
#include "worker/ports/load_probe.h"

namespace edm::worker {

// Ticks since boot of the cores in `mine`, from /proc/stat; of all cores when none of them is listed.
struct CpuTicks {
  std::uint64_t busy = 0;
  std::uint64_t all = 0;
};
std::optional<CpuTicks> ParseCpuTicks(std::string_view proc_stat, const std::set<int>& mine);
// The number of a line like "MemTotal:  16000 kB", in MiB.
std::uint32_t ParseMemoryMib(std::string_view meminfo, std::string_view name);

// The cores that this process may use (smoothed over some seconds), /proc/meminfo, and the disk that `data`
// is on. Meant to be asked once a second. Any thread.
class SystemLoadProbe final : public LoadProbe {
 public:
  static constexpr double kNewestShare = 0.3;  // of the newest second in the smoothed value

  SystemLoadProbe(Clock& clock, std::string data) : clock_(clock), data_(std::move(data)) {}
  Load Sample() override;

 private:
  Clock& clock_;
  const std::string data_;
  std::mutex mutex_;
  std::optional<CpuTicks> last_;  // guarded by mutex_, as what follows
  bool has_measured_ = false;  // the first measure counts whole: a worker that has just come is no calm one
  double cpu_ = 0;
};

}  // namespace edm::worker
