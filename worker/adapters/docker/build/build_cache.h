#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "worker/ports/engine_disk.h"

namespace edm::worker {

// The cache of the builder inside the engine, asked over the builder's own protocol: the engine's does not
// tell it without adding up all images, containers and volumes as well. Blocking; any thread.
class BuildCache {
 public:
  static constexpr Millis kListDeadline{5'000};   // an engine that hangs must not hold up an order for long
  static constexpr Millis kDropDeadline{30'000};  // what went by then is gone
  static constexpr std::size_t kDroppedAtOnceMax = 100;

  // "unix:///var/run/docker.sock".
  explicit BuildCache(std::string endpoint) : endpoint_(std::move(endpoint)) {}

  Result<std::vector<CacheRecord>> List() const;
  // See engine_disk.h DropCache.
  Result<std::uint64_t> Drop(const std::vector<std::string>& ids) const;

 private:
  const std::string endpoint_;
};

}  // namespace edm::worker
