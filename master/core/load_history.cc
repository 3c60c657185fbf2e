#include "master/core/load_history.h"

#include <algorithm>

namespace edm::master {
namespace {

LoadPoint Begun(WallTime began, const Load& load) {
  return {
      .began = began, .memory_available_mib = load.memory_available_mib, .disk_free_mib = load.disk_free_mib};
}

void Take(LoadPoint& point, const Load& load) {
  const auto cpu = static_cast<float>(load.cpu);
  ++point.samples;
  point.cpu += (cpu - point.cpu) / static_cast<float>(point.samples);
  point.cpu_max = std::max(point.cpu_max, cpu);
  point.memory_available_mib = std::min(point.memory_available_mib, load.memory_available_mib);
  point.disk_free_mib = std::min(point.disk_free_mib, load.disk_free_mib);
  point.running = std::max(point.running, load.running);
  point.building = std::max(point.building, load.building);
}

}  // namespace

void LoadHistory::Add(const std::string& worker, const Load& load, WallTime now) {
  auto& kept = workers_[worker];
  if (!kept.points.empty() && kept.last_sample == load.sampled_at) return;
  kept.last_sample = load.sampled_at;
  const WallTime began{now.time_since_epoch() / kInterval * kInterval};
  // The clock may have been set back: then the interval that is open goes on until it has caught up.
  if (kept.points.empty() || began > kept.points.back().began) kept.points.push_back(Begun(began, load));
  if (kept.points.size() > kPointsMax) kept.points.pop_front();
  Take(kept.points.back(), load);
}

std::vector<LoadPoint> LoadHistory::PointsOf(const std::string& worker) const {
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return {};
  return {found->second.points.begin(), found->second.points.end()};
}

std::vector<std::string> LoadHistory::Workers() const {
  std::vector<std::string> names;
  for (const auto& [name, kept] : workers_) names.push_back(name);
  return names;
}

}  // namespace edm::master
