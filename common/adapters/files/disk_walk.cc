#include "common/adapters/files/disk_walk.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <chrono>

namespace edm {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBlock = 512;  // what st_blocks counts in

}  // namespace

DiskExtent DiskWalk::Measure(const fs::path& path) {
  DiskExtent extent;
  Add(path, extent);
  std::error_code failed;
  fs::recursive_directory_iterator each(path, fs::directory_options::skip_permission_denied, failed);
  for (; !failed && each != fs::recursive_directory_iterator(); each.increment(failed)) {
    if (entries_ >= kEntriesMax) break;
    Add(each->path(), extent);
    if (each->path().extension() == ".pack") ++extent.packs;
  }
  return extent;
}

void DiskWalk::Add(const fs::path& path, DiskExtent& extent) {
  ++entries_;
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) return;
  extent.bytes += static_cast<std::uint64_t>(facts.st_blocks) * kBlock;
  extent.changed = std::max(extent.changed, WallTime(std::chrono::seconds(facts.st_mtim.tv_sec)));
}

std::vector<fs::path> EntriesOf(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code failed;
  fs::directory_iterator each(folder, failed);
  for (; !failed && each != fs::directory_iterator(); each.increment(failed)) paths.push_back(each->path());
  std::ranges::sort(paths);
  return paths;
}

DiskPlace PlaceOnDisk(const fs::path& path) {
  DiskPlace place{.path = path};
  struct statvfs disk {};
  if (path.empty() || ::statvfs(path.c_str(), &disk) != 0) return place;
  place.total_bytes = std::uint64_t{disk.f_blocks} * disk.f_frsize;
  place.free_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  return place;
}

}  // namespace edm
