#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/size_units.h"
#include "common/base/time.h"
#include "common/model/disk.h"
#include "worker/core/disk/cache_claim.h"
#include "worker/ports/data_folder.h"
#include "worker/ports/event_log.h"

namespace edm::worker {

inline constexpr std::uint64_t kAllRoom = std::numeric_limits<std::uint64_t>::max();

// What may be on the disks. Of images there is no budget: the releases that can be rolled back to are a
// promise, and all others go as soon as they are not needed (garbage.h, orphans.h). Their checkouts have one,
// beyond which nothing new is built.
struct RoomBudgets {
  std::uint64_t free_bytes = 2 * kGibibyte;      // less is short of room; kAllRoom: all that may go is to go
  std::uint64_t needed_bytes = 256 * kMebibyte;  // with less than that nothing is built
  std::uint64_t cache_bytes = 2 * kGibibyte;     // of our builds, without what images have as well
  std::uint64_t mirrors_bytes = 2 * kGibibyte;
  std::uint64_t checkouts_bytes = 50 * kGibibyte;
  std::uint64_t logs_bytes = 1 * kGibibyte;  // histories of attempts, with what builds printed
  Seconds age{30LL * 24 * 3'600};            // of what was not used since: records of the cache, mirrors
  std::uint32_t cache_records_max = 5'000;
  std::uint32_t mirror_packs_max = 50;  // fetched anew it is one
};

// An instance's release, whose checkout is needed.
struct ReleaseKey {
  std::string instance;
  std::uint32_t release = 0;
  auto operator<=>(const ReleaseKey&) const = default;
};

struct RoomFacts {
  DiskPlace engine;  // without sizes: not known, and never short
  DiskPlace data;
  std::vector<CacheRecord> cache;  // all that the engine has
  CacheIds our_cache;
  std::vector<StoredThing> mirrors;
  std::vector<StoredThing> checkouts;
  std::vector<StoredThing> histories;
  std::set<ReleaseKey> held;       // releases that the worker knows of, also those under way
  std::set<AttemptKey> droppable;  // histories that no master asks for any more
  WallTime now;
};

enum class RoomKind : std::uint8_t { kBuildCache, kMirror, kCheckout, kHistory };

// One thing to remove, or some records of the build cache.
struct RoomRemoval {
  RoomKind kind = RoomKind::kBuildCache;
  std::vector<std::string> records;  // of the build cache
  std::string name;                  // of the others
  std::string instance;              // of a checkout or a history
  std::uint32_t number = 0;          // its release, or attempt
  std::uint64_t bytes = 0;           // as far as known before
  bool only_while_short = false;     // not needed once its disk has room again
  std::string reason;
};

// Less free than is to stay free; of a small disk that is half of it at most.
bool IsShort(const DiskPlace& place, const RoomBudgets& budgets);

// Decides; never acts. What is too old, too many or beyond a budget comes first, then, for a disk that is
// short, what costs least to have again: the cache of our builds, then what was fetched, then histories, each
// the longest unused first. Checkouts go that no release has had for an hour. Never an image, never what edm
// did not make.
std::vector<RoomRemoval> PlanRoom(const RoomFacts& facts, const RoomBudgets& budgets);

// kResourceExhausted where a disk has not even what a build needs: of a small disk that is a twentieth at
// most. Names the fuller one.
Status CheckRoom(const DiskPlace& engine, const DiskPlace& data, const RoomBudgets& budgets);

// kResourceExhausted where the checkouts of releases take more than they may.
Status CheckCheckouts(std::uint64_t bytes, const RoomBudgets& budgets);

}  // namespace edm::worker
