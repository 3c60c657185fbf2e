#pragma once

#include "common/model/worker.h"

namespace edm::worker {

// How busy the machine is: CPU, memory, disk. Any thread. What cannot be read is 0.
class LoadProbe {
 public:
  virtual ~LoadProbe() = default;
  virtual Load Sample() = 0;
};

}  // namespace edm::worker
