#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "worker/core/records.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

enum class Recovery : std::uint8_t {
  kNothing,    // as it should be
  kStartKept,  // it is meant to run and its containers are there, but stopped: the machine went down
  kBringUp,    // it is meant to run, and containers are missing or another release's
  kStop,       // nothing of it is meant to run, and something does
};

// Whether what is there may be other than the journal says once the attempt has ended: it was given up where
// it failed, and nothing was undone.
bool LeavesDoubt(const AttemptRecord& attempt);

// What a worker that was started again, or whose last attempt leaves doubt, does for an instance without an
// attempt under way. An attempt under way goes on where its journal says, and nothing is decided here.
Recovery Recover(const Holding& holding, const std::vector<ContainerFacts>& containers);

}  // namespace edm::worker
