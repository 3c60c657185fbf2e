#pragma once

#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/ports/clock.h"
#include "master/core/load_history.h"
#include "master/ports/cluster.h"

namespace edm::master {

// Keeps the load history of all workers: looks at the view once a second, on a thread of its own, until it is
// destroyed. PointsOf: any thread.
class LoadKeeper {
 public:
  static constexpr Millis kLookEvery{1'000};

  // Both outlive it.
  LoadKeeper(const Cluster& cluster, const Clock& clock);

  std::vector<LoadPoint> PointsOf(const std::string& worker) const;

 private:
  void Run(const std::stop_token& stop);
  void Look();

  const Cluster& cluster_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  LoadHistory history_;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace edm::master
