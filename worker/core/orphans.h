#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "worker/ports/container_runtime.h"

namespace edm::worker {

// An engine finishes what a kill or a cancellation broke off, a moment later and for nobody: a network, a
// container that is never started, an image.
struct Orphans {
  bool objects = false;             // networks and containers of an instance that is not here
  bool trial = false;               // a trial that is over, or of an instance that is not here
  std::vector<std::string> images;  // tags, or ids where there is no tag
};

struct HeldInstance {
  bool is_busy = false;  // something is done for it now: nothing is judged
  std::set<std::uint32_t> releases;
  bool keeps_trial = false;  // for inspection
};

// By instance. Only what carries `worker` is judged, and what has ever run is left alone, unless it ran only
// to be tried.
std::map<std::string, Orphans> FindOrphans(const std::map<std::string, HeldInstance>& held,
                                           const std::string& worker, const Footprint& everything);

}  // namespace edm::worker
