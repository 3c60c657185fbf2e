#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "worker/ports/data_folder.h"
#include "worker/ports/disk_account.h"
#include "worker/ports/engine_disk.h"

namespace edm::worker {

// Two disks in memory: what is removed becomes free. Any thread; what is public is the test's, while no other
// asks.
class FakeEngineDisk final : public EngineDisk {
 public:
  std::string Root() const override { return root; }
  Result<EngineObjects> Usage(Millis) override {
    if (failure) return *failure;
    return usage;
  }
  Result<std::vector<CacheRecord>> Cache() override {
    const std::lock_guard lock(mutex_);
    if (failure) return *failure;
    return cache;
  }
  Result<std::uint64_t> DropCache(const std::vector<std::string>& ids) override {
    const std::lock_guard lock(mutex_);
    dropped.insert(dropped.end(), ids.begin(), ids.end());
    if (failure) return *failure;
    std::uint64_t went = 0;
    std::erase_if(cache, [&](const CacheRecord& one) {
      if (std::ranges::find(ids, one.id) == ids.end()) return false;
      if (!one.is_shared) went += one.bytes;
      return true;
    });
    free_bytes += went;
    return went;
  }

  void Add(const std::string& id, std::uint64_t bytes, const std::string& kind = "regular",
           const std::string& description = "fileop target", WallTime used_at = {}) {
    const std::lock_guard lock(mutex_);
    cache.push_back({.id = id,
                     .parents = {},
                     .kind = kind,
                     .description = description,
                     .bytes = bytes,
                     .used_at = used_at == WallTime() ? WallTime(Millis(++used_)) : used_at});
  }

  std::string root = "/engine";
  EngineObjects usage;
  std::vector<CacheRecord> cache;
  std::vector<std::string> dropped;  // in the order in which it was asked
  std::uint64_t total_bytes = 100'000;
  std::uint64_t free_bytes = 100'000;
  std::optional<Error> failure;

 private:
  std::mutex mutex_;
  int used_ = 0;
};

class FakeDataFolder final : public DataFolder {
 public:
  explicit FakeDataFolder(const FakeEngineDisk& engine) : engine_(engine) {}
  StoredThings Look() override { return things; }
  DiskPlace Place() override { return {"/data", 100'000, free_bytes}; }
  DiskPlace PlaceOf(const std::string& path) override {
    if (path.empty()) return {};
    return {path, engine_.total_bytes, engine_.free_bytes};
  }

  StoredThings things;
  std::uint64_t free_bytes = 100'000;

 private:
  const FakeEngineDisk& engine_;
};

class FakeDiskAccount final : public DiskAccount {
 public:
  MachineDisk Usage() override { return disk; }
  MachineDisk disk;
};

}  // namespace edm::worker
