#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/adapters/metrics/exposition.h"
#include "common/model/worker.h"
#include "worker/ports/attempts.h"

namespace edm::worker {

// What a worker is and has now.
struct WorkerReadings {
  Attempts::Counts counts;
  Load load;
  std::uint32_t networks_free = 0;
  std::uint32_t ports_free = 0;
  std::size_t calls = 0;
  bool registered = false;
  bool engine_well = false;
  struct Pool {
    std::string name;
    std::size_t queued = 0;
  };
  std::vector<Pool> pools;
};
void ExposeReadings(Exposition& to, const WorkerReadings& readings);

}  // namespace edm::worker
