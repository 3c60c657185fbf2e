#include "worker/adapters/load/system_load_probe.h"

#include <sys/statvfs.h>

#include <fstream>
#include <iterator>
#include <sstream>

namespace edm::worker {
namespace {

constexpr std::uint64_t kMib = 1024 * 1024;

std::string ReadAll(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::optional<CpuTicks> ParseCpuTicks(std::string_view proc_stat) {
  std::istringstream line{std::string(proc_stat.substr(0, proc_stat.find('\n')))};
  std::string name;
  std::uint64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
  if (!(line >> name >> user >> nice >> system >> idle) || name != "cpu") return std::nullopt;
  line >> iowait >> irq >> softirq >> steal;  // older kernels have fewer
  // What the hypervisor took is not ours to use: it counts as busy.
  const auto busy = user + nice + system + irq + softirq + steal;
  return CpuTicks{busy, busy + idle + iowait};
}

std::uint32_t ParseMemoryMib(std::string_view meminfo, std::string_view name) {
  const auto at = meminfo.find(std::string(name) + ":");
  if (at == std::string_view::npos) return 0;
  std::istringstream rest{std::string(meminfo.substr(at + name.size() + 1, 64))};
  std::uint64_t kib = 0;
  rest >> kib;
  return static_cast<std::uint32_t>(kib / 1024);
}

Load SystemLoadProbe::Sample() {
  Load load{.sampled_at = clock_.Now()};
  const auto meminfo = ReadAll("/proc/meminfo");
  load.memory_total_mib = ParseMemoryMib(meminfo, "MemTotal");
  load.memory_available_mib = ParseMemoryMib(meminfo, "MemAvailable");
  struct statvfs disk {};
  if (::statvfs(data_.c_str(), &disk) == 0) {
    load.disk_total_mib = static_cast<std::uint32_t>(disk.f_blocks * disk.f_frsize / kMib);
    load.disk_free_mib = static_cast<std::uint32_t>(disk.f_bavail * disk.f_frsize / kMib);
  }
  const auto ticks = ParseCpuTicks(ReadAll("/proc/stat"));
  const std::lock_guard lock(mutex_);
  if (ticks && last_ && ticks->all > last_->all) {
    const auto newest =
        static_cast<double>(ticks->busy - last_->busy) / static_cast<double>(ticks->all - last_->all);
    cpu_ += kNewestShare * (newest - cpu_);
  }
  if (ticks) last_ = ticks;
  load.cpu = cpu_;
  return load;
}

}  // namespace edm::worker
