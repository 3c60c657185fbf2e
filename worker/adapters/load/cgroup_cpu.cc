#include "worker/adapters/load/cgroup_cpu.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include "common/base/text.h"

namespace edm::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNanosPerMicro = 1'000;

// One hierarchy: where its cgroup of this process is, below where it is mounted.
struct Hierarchy {
  fs::path mount;
  fs::path below;
};

template <class Number>
std::optional<Number> ReadNumber(const fs::path& path) {
  std::ifstream file(path);
  Number value{};
  return file >> value ? std::optional(value) : std::nullopt;
}

// Version 2: "50000 100000" or "max 100000".
std::optional<CgroupCpu> ReadUnified(const fs::path& folder) {
  std::ifstream limit(folder / "cpu.max");
  double quota = 0, period = 0;
  if (!(limit >> quota >> period) || period <= 0) return std::nullopt;
  std::ifstream stat(folder / "cpu.stat");
  std::string name;
  std::uint64_t value = 0;
  while (stat >> name >> value) {
    if (name == "usage_usec") return CgroupCpu{value, quota / period};
  }
  return std::nullopt;
}

// Version 1: -1 is no limit. cpu and cpuacct are nearly always mounted together, else under the same name.
std::optional<CgroupCpu> ReadSplit(const Hierarchy& cpu, const fs::path& folder) {
  const auto quota = ReadNumber<double>(folder / "cpu.cfs_quota_us");
  const auto period = ReadNumber<double>(folder / "cpu.cfs_period_us");
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  const auto apart = cpu.mount.parent_path() / "cpuacct" / folder.lexically_relative(cpu.mount);
  for (const auto& one : {folder, apart}) {
    if (const auto used = ReadNumber<std::uint64_t>(one / "cpuacct.usage"))
      return CgroupCpu{*used / kNanosPerMicro, *quota / *period};
  }
  return std::nullopt;
}

// "4:cpu,cpuacct:/docker/7e1..." or "0::/user.slice": none when it is another controller's.
std::optional<Hierarchy> ParseLine(const std::string& line, const fs::path& root) {
  const auto parts = Split(line, ':');
  if (parts.size() < 3) return std::nullopt;
  const auto below = fs::path(parts[2]).relative_path();
  if (parts[1].empty()) return Hierarchy{root, below};
  const auto controllers = Split(parts[1], ',');
  if (std::find(controllers.begin(), controllers.end(), "cpu") == controllers.end()) return std::nullopt;
  return Hierarchy{root / parts[1], below};
}

}  // namespace

std::optional<CgroupCpu> ReadCgroupCpu(std::string_view proc_self_cgroup, const fs::path& root) {
  std::optional<CgroupCpu> tightest;
  std::istringstream lines{std::string(proc_self_cgroup)};
  for (std::string line; std::getline(lines, line);) {
    const auto found = ParseLine(line, root);
    if (!found) continue;
    // In a container the mount may be its own cgroup already: what does not exist below it is passed over.
    for (auto below = found->below;; below = below.parent_path()) {
      const auto folder = below.empty() ? found->mount : found->mount / below;
      auto here = ReadUnified(folder);
      if (!here) here = ReadSplit(*found, folder);
      if (here && (!tightest || here->cores < tightest->cores)) tightest = here;
      if (below.empty()) break;
    }
  }
  return tightest;
}

}  // namespace edm::worker
