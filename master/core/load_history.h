#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "common/model/worker.h"

namespace edm::master {

// How busy a worker was during one interval.
struct LoadPoint {
  WallTime began;
  float cpu = 0;  // on average
  float cpu_max = 0;
  std::uint32_t memory_available_mib = 0;  // at the least
  std::uint32_t disk_free_mib = 0;         // likewise
  std::uint32_t running = 0;               // at the most
  std::uint32_t building = 0;              // likewise
  std::uint32_t samples = 0;
};

// The last minutes of each worker, in memory alone: kPointsMax * sizeof(LoadPoint), some 2.4 KB, a worker.
// One thread.
class LoadHistory {
 public:
  static constexpr Millis kInterval{10'000};
  static constexpr std::size_t kPointsMax = 60;  // ten minutes

  // A sample that was taken already is taken once.
  void Add(const std::string& worker, const Load& load, WallTime now);
  void Forget(const std::string& worker) { workers_.erase(worker); }

  // The oldest first; none of a time in which nothing was heard.
  std::vector<LoadPoint> PointsOf(const std::string& worker) const;
  std::vector<std::string> Workers() const;

 private:
  struct Kept {
    WallTime last_sample;
    std::deque<LoadPoint> points;
  };
  std::map<std::string, Kept> workers_;
};

}  // namespace edm::master
