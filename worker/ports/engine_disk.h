#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm::worker {

// One object on the engine's disk. Without an instance it is somebody else's.
struct EngineObject {
  std::string id;
  std::string name;
  std::string instance;
  std::optional<std::uint64_t> bytes;      // of an image: its own layers
  std::uint64_t shared_bytes = 0;          // of an image: layers that others have as well
  std::optional<std::uint64_t> log_bytes;  // of a container, where this process may look
};

struct EngineObjects {
  std::vector<EngineObject> images;
  std::vector<EngineObject> volumes;
  std::vector<EngineObject> containers;  // what they wrote over their images
};

// What one step of a build left in the engine's cache. It says not who built.
struct CacheRecord {
  std::string id;
  std::vector<std::string> parents;
  std::string kind;         // regular, source.local, exec.cachemount, ...
  std::string description;  // of what made it
  std::uint64_t bytes = 0;
  bool is_shared = false;  // an image has it as a layer: its room is not free without it
  bool is_in_use = false;  // by a build under way
  std::uint64_t uses = 0;
  WallTime used_at;
};

// The disk of the container engine. Blocking; any thread. Errors: kUnavailable, kDeadlineExceeded.
class EngineDisk {
 public:
  virtual ~EngineDisk() = default;

  // The engine's data folder; "": it is not on this machine, or not known yet. Does not block.
  virtual std::string Root() const = 0;
  // Slow: the engine walks through volumes and layers.
  virtual Result<EngineObjects> Usage(Millis deadline) = 0;
  // Quick: all records of the build cache, whoever made them.
  virtual Result<std::vector<CacheRecord>> Cache() = 0;
  // Drops these records and nothing else; one that is in use, or that another was made from, stays. Says how
  // much went.
  virtual Result<std::uint64_t> DropCache(const std::vector<std::string>& ids) = 0;
};

}  // namespace edm::worker
