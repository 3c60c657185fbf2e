#pragma once

#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "worker/adapters/docker/build/build_cache.h"
#include "worker/adapters/docker/engine_api.h"
#include "worker/ports/engine_disk.h"

namespace edm::worker {

// By the engine's own account and its builder's, and by a look at its logs where they are on this machine.
class DockerDisk final : public EngineDisk {
 public:
  // `api` outlives it.
  explicit DockerDisk(const EngineApi& api) : api_(api), cache_(api.endpoint()) {}

  // Asks the engine where its data is. What it does not answer stays as it was known.
  void Find();

  std::string Root() const override;
  Result<EngineObjects> Usage(Millis deadline) override;
  Result<std::vector<CacheRecord>> Cache() override { return cache_.List(); }
  Result<std::uint64_t> DropCache(const std::vector<std::string>& ids) override { return cache_.Drop(ids); }

 private:
  const EngineApi& api_;
  const BuildCache cache_;
  mutable std::mutex mutex_;
  std::string root_;  // guarded by mutex_
};

// From the engine's /system/df. Pure.
EngineObjects ReadUsage(const nlohmann::json& usage);

}  // namespace edm::worker
