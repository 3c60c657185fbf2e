#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/model/disk.h"

namespace edm::worker {

// A folder, or a file, below the worker's data.
struct StoredThing {
  std::string name;          // of a mirror: "instances/shop"
  std::string instance;      // "": of none
  std::uint32_t number = 0;  // release of a checkout, attempt of a history
  std::uint64_t bytes = 0;   // on disk
  std::uint32_t parts = 0;   // packs of a mirror
  WallTime changed;
};

inline std::uint64_t BytesOf(const std::vector<StoredThing>& things) {
  std::uint64_t bytes = 0;
  for (const auto& one : things) bytes += one.bytes;
  return bytes;
}

struct StoredThings {
  std::vector<StoredThing> checkouts;
  std::vector<StoredThing> mirrors;
  std::vector<StoredThing> histories;  // of attempts
  std::uint64_t other_bytes = 0;       // journal, keys, staging
};

// What a worker keeps on its own disk. Blocking; any thread; what vanishes meanwhile is left out.
class DataFolder {
 public:
  virtual ~DataFolder() = default;
  virtual StoredThings Look() = 0;
  virtual DiskPlace Place() = 0;
  // The file system that a path lies on; without sizes when that cannot be told.
  virtual DiskPlace PlaceOf(const std::string& path) = 0;
};

}  // namespace edm::worker
