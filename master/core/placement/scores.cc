#include <fmt/format.h>

#include <algorithm>

#include "master/core/placement/place.h"

namespace edm::master {
namespace {

// Shares of the whole. The load of the CPU counts by its square, as what waits for a busy one grows: a hog
// beside a calm machine weighs as much as fifteen builds, so that it gets few of many sent at once; a passing
// difference of 0.3 between two machines weighs as much as two, so that these fill evenly.
constexpr double kCpuWeight = 0.70;
constexpr double kMemoryWeight = 0.10;
constexpr double kDiskWeight = 0.05;
constexpr double kBuildWeight = 0.04;    // per build under way or promised
constexpr double kSpreadWeight = 0.004;  // per instance that runs there
constexpr double kHolderBonus = 1.0;
constexpr double kDiskShort = 0.85;  // below this use the disk does not matter

double UsedShare(std::uint32_t total, std::uint32_t free) {
  return total == 0 ? 1.0 : 1.0 - static_cast<double>(free) / total;
}

}  // namespace

double Score(const PlacementRequest& request, const WorkerRecord& worker, std::vector<std::string>& reasons) {
  const auto& load = *worker.load;
  // A sample counts what it saw of the promised ones, so the larger of both is the truth.
  const auto builds = std::max<std::size_t>(load.building, worker.reservations.size());
  const double memory = UsedShare(load.memory_total_mib, load.memory_available_mib);
  const double disk = UsedShare(load.disk_total_mib, load.disk_free_mib);
  reasons.push_back(fmt::format("load {:.2f}", load.cpu));
  const double busy = std::min(load.cpu, 1.0);
  double pressure = kCpuWeight * busy * busy + kMemoryWeight * memory +
                    kBuildWeight * static_cast<double>(builds) + kSpreadWeight * load.running;
  if (builds > 0) reasons.push_back(fmt::format("{} building or promised", builds));
  if (disk > kDiskShort) {
    pressure += kDiskWeight * (disk - kDiskShort) / (1 - kDiskShort);
    reasons.push_back(fmt::format("disk {:.0f} % full", disk * 100));
  }
  if (request.holder == worker.facts.id) {
    reasons.emplace_back("has cache");
    return kHolderBonus + 1 - pressure;
  }
  return 1 - pressure;
}

}  // namespace edm::master
