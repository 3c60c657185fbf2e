#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/adapters/metrics/exposition.h"
#include "master/model/state.h"

namespace edm::master {

// Workers with series of their own: what is left out of a larger cluster is told.
inline constexpr std::size_t kWorkerSeriesMax = 500;

// The cluster as it is: counts by phase, health, kind and state, and each worker's load. No series is made
// for an instance: their number has no bound.
void ExposeCluster(Exposition& to, const State& state);

// What a master's own queues and doors hold.
struct MasterReadings {
  std::size_t inputs_queued = 0;      // that wait to be decided
  std::size_t decisions_pending = 0;  // that wait to be stored
  bool store_well = true;
  std::size_t calls_open = 0;   // over gRPC
  std::size_t connections = 0;  // over HTTP
  std::uint64_t disk_free_bytes = 0;
  struct Pool {
    std::string name;
    std::size_t queued = 0;
    std::size_t threads = 0;
  };
  std::vector<Pool> pools;
};
void ExposeReadings(Exposition& to, const MasterReadings& readings);

}  // namespace edm::master
