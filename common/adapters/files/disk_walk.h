#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "common/base/time.h"
#include "common/model/disk.h"

namespace edm {

// What a path and all below it take on disk. Links are not followed; what vanishes meanwhile is left out.
struct DiskExtent {
  std::uint64_t bytes = 0;
  std::uint32_t packs = 0;  // files of git's that end with .pack
  WallTime changed;         // the newest change of any of it
};

// Adds up what lies on disk, up to a number of entries in all. Blocking; one thread.
class DiskWalk {
 public:
  static constexpr std::size_t kEntriesMax = 2'000'000;  // what is beyond is not counted

  DiskExtent Measure(const std::filesystem::path& path);

 private:
  void Add(const std::filesystem::path& path, DiskExtent& extent);

  std::size_t entries_ = 0;
};

// What a folder holds, sorted; nothing when it cannot be read.
std::vector<std::filesystem::path> EntriesOf(const std::filesystem::path& folder);

// The file system that a path lies on; without sizes when that cannot be told.
DiskPlace PlaceOnDisk(const std::filesystem::path& path);

}  // namespace edm
