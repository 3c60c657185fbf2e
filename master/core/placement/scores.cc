#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "master/core/placement/place.h"

namespace edm::master {
namespace {

// Shares of a machine that is free of everything; docs/decisions/0006-load-and-promises.md says why these.
constexpr double kIdle = 0.10;        // what daemons take now and then is no difference between two machines
constexpr double kOrderShare = 0.04;  // promised to an order; fades when what it started shows in the samples
constexpr double kInstanceShare =
    0.0005;  // what runs is in the samples: its number only decides between equals
constexpr double kMemoryWeight = 0.10;
constexpr double kDiskWeight = 0.05;
constexpr double kDiskShort = 0.85;  // below this use the disk does not matter
constexpr double kHolderBonus = 1.0;
constexpr double kWorthSaying = 0.10;  // a smaller difference between two figures of load is not shown

double UsedShare(std::uint32_t total, std::uint32_t free) {
  return total == 0 ? 1.0 : 1.0 - static_cast<double>(free) / total;
}

std::string LoadText(const WorkerRecord& worker) {
  const auto text = fmt::format("load {:.2f}", worker.background);
  if (std::abs(worker.load->cpu - worker.background) < kWorthSaying) return text;
  return fmt::format("{} ({:.2f} with what passes)", text, worker.load->cpu);
}

}  // namespace

double Score(const PlacementRequest& request, const WorkerRecord& worker, std::vector<std::string>& reasons) {
  const auto& load = *worker.load;
  const auto orders = worker.reservations.size();
  const double disk = UsedShare(load.disk_total_mib, load.disk_free_mib);
  double free = 1.0 - std::clamp((worker.background - kIdle) / (1 - kIdle), 0.0, 1.0);
  free -= kOrderShare * (static_cast<double>(orders) + worker.settling) + kInstanceShare * load.running;
  free -= kMemoryWeight * UsedShare(load.memory_total_mib, load.memory_available_mib);
  reasons.push_back(LoadText(worker));
  if (orders > 0) reasons.push_back(fmt::format("{} {} under way", orders, orders == 1 ? "order" : "orders"));
  if (disk > kDiskShort) {
    free -= kDiskWeight * (disk - kDiskShort) / (1 - kDiskShort);
    reasons.push_back(fmt::format("disk {:.0f} % full", disk * 100));
  }
  if (request.holder == worker.facts.id) {
    reasons.emplace_back("has cache");
    free += kHolderBonus;
  }
  return free;
}

}  // namespace edm::master
