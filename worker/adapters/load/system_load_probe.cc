#include "worker/adapters/load/system_load_probe.h"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "common/adapters/files/disk_walk.h"
#include "worker/adapters/load/cgroup_cpu.h"

namespace edm::worker {
namespace {

constexpr std::uint64_t kMib = 1024 * 1024;

std::string ReadAll(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// "cpu3 100 10 ..." -> the name in `name`.
std::optional<CpuTicks> ParseLine(const std::string& text, std::string& name) {
  std::istringstream line(text);
  std::uint64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
  if (!(line >> name >> user >> nice >> system >> idle) || !name.starts_with("cpu")) return std::nullopt;
  line >> iowait >> irq >> softirq >> steal;  // older kernels have fewer
  // What the hypervisor took is not ours to use: it counts as busy.
  const auto busy = user + nice + system + irq + softirq + steal;
  return CpuTicks{busy, busy + idle + iowait};
}

// Of several disks the one with the least room is told: a build needs it on each.
void ReadDisk(const std::string& path, Load& load) {
  const auto place = PlaceOnDisk(path);
  const auto free_mib = static_cast<std::uint32_t>(place.free_bytes / kMib);
  if (place.total_bytes == 0 || (load.disk_total_mib != 0 && free_mib >= load.disk_free_mib)) return;
  load.disk_total_mib = static_cast<std::uint32_t>(place.total_bytes / kMib);
  load.disk_free_mib = free_mib;
}

}  // namespace

std::set<int> CoresOfThisProcess() {
  std::set<int> cores;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.insert(core);
  }
  return cores;
}

std::optional<CpuTicks> ParseCpuTicks(std::string_view proc_stat, const std::set<int>& mine) {
  std::istringstream lines{std::string(proc_stat)};
  std::string text;
  std::string name;
  std::optional<CpuTicks> all;
  CpuTicks sum;
  while (std::getline(lines, text)) {
    const auto ticks = ParseLine(text, name);
    if (!ticks) break;
    if (name == "cpu") {
      all = ticks;
    } else if (mine.contains(std::atoi(name.c_str() + 3))) {
      sum.busy += ticks->busy;
      sum.all += ticks->all;
    }
  }
  return sum.all > 0 ? std::optional(sum) : all;
}

std::uint32_t ParseMemoryMib(std::string_view meminfo, std::string_view name) {
  const auto at = meminfo.find(std::string(name) + ":");
  if (at == std::string_view::npos) return 0;
  std::istringstream rest{std::string(meminfo.substr(at + name.size() + 1, 64))};
  std::uint64_t kib = 0;
  rest >> kib;
  return static_cast<std::uint32_t>(kib / 1024);
}

void SystemLoadProbe::AlsoWatch(const std::string& engine_root) {
  const std::lock_guard lock(mutex_);
  engine_root_ = engine_root;
}

SystemLoadProbe::SystemLoadProbe(Clock& clock, std::string data) : clock_(clock), data_(std::move(data)) {
  ReadCpu();
}

void SystemLoadProbe::ReadCpu() {
  const auto now = clock_.Steady();
  if (const auto ticks = ParseCpuTicks(ReadAll("/proc/stat"), CoresOfThisProcess())) cores_.Read(*ticks, now);
  if (now < quota_due_) return;
  const auto group = ReadCgroupCpu(ReadAll("/proc/self/cgroup"));
  if (group) {
    const std::chrono::duration<double, std::micro> could = now.time_since_epoch() * group->cores;
    quota_.Read({group->used_us, static_cast<std::uint64_t>(could.count())}, now);
  } else {
    quota_ = {};
    quota_due_ = now + kQuotaLookEvery;
  }
}

Load SystemLoadProbe::Sample() {
  Load load{.sampled_at = clock_.Now()};
  const auto meminfo = ReadAll("/proc/meminfo");
  load.memory_total_mib = ParseMemoryMib(meminfo, "MemTotal");
  load.memory_available_mib = ParseMemoryMib(meminfo, "MemAvailable");
  ReadDisk(data_, load);
  const std::lock_guard lock(mutex_);
  if (!engine_root_.empty()) ReadDisk(engine_root_, load);
  ReadCpu();
  // A quota may be used up a little beyond itself within one sample.
  load.cpu = std::min(1.0, std::max(cores_.smoothed(), quota_.smoothed()));
  load.cpu_lasting = std::min(1.0, std::max(cores_.lasting(), quota_.lasting()));
  return load;
}

}  // namespace edm::worker
