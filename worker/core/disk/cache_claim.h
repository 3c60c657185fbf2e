#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "worker/ports/engine_disk.h"

namespace edm::worker {

using CacheIds = std::set<std::string>;

// The engine's build cache as it was when builds of ours began, or shortly before. An engine does not say
// whose a record is: ours are those that came while only we were building.
struct CacheWindow {
  std::map<std::string, std::uint64_t> uses;  // of each record that was there
  bool was_busy = false;                      // somebody else was building then
  std::uint32_t contexts = 0;                 // build contexts that we have sent since
};

// `ours`: what was claimed before.
CacheWindow OpenWindow(const std::vector<CacheRecord>& records, const CacheIds& ours);

// Which of the records have come since and are ours. None where another may have built meanwhile, or we have
// not: a source was read that we never read from, or more build contexts have come than we have sent. Better
// a record too many is left to stay than one of others removed.
CacheIds ClaimNew(const CacheWindow& window, const std::vector<CacheRecord>& records);

}  // namespace edm::worker
