#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

#include "worker/core/disk/cache_claim.h"
#include "worker/ports/engine_disk.h"

namespace edm::worker {

// Remembers which records of the engine's build cache our builds have made, in a file: also after kill -9.
// Any thread. Where the engine does not tell its records, nothing is ours.
class CacheLedger {
 public:
  // `engine` outlives it. What the file says is read now; an unreadable one says nothing.
  CacheLedger(EngineDisk& engine, std::filesystem::path file);

  // A build is near, which begins the sooner when Records() was called by then.
  void Expect();
  void Begin(std::size_t images);
  void End();  // Records() claims what the build left

  struct Look {
    std::vector<CacheRecord> records;  // all that the engine has
    CacheIds ours;
  };
  Result<Look> Records();

 private:
  // With mutex_ held:
  void Claim(const std::vector<CacheRecord>& records);
  void Keep() const;

  EngineDisk& engine_;
  const std::filesystem::path file_;
  std::mutex mutex_;
  CacheIds ours_;  // guarded by mutex_, as what follows
  // Since builds of ours began or were expected; stays while what they left is not claimed.
  std::optional<CacheWindow> window_;
  std::size_t under_way_ = 0;
  bool is_expecting_ = false;
};

}  // namespace edm::worker
