#include "master/adapters/disk/master_disk.h"

#include "common/adapters/files/disk_walk.h"

namespace edm::master {
namespace {

DiskUse Use(std::string kind) {
  return {.kind = std::move(kind), .count = 0, .bytes = 0, .shared_bytes = {}};
}

void Add(DiskUse& use, std::uint64_t bytes, std::uint32_t count = 1) {
  use.count += count;
  use.bytes = use.bytes.value_or(0) + bytes;
}

// "<owner>/<name>.git": a name is an instance's id, or a template's.
void AddRepos(DiskWalk& walk, const std::filesystem::path& folder, MachineDisk& disk) {
  auto repos = Use("repos");
  for (const auto& owner : EntriesOf(folder)) {
    if (owner.filename().string().starts_with(".")) continue;
    for (const auto& repo : EntriesOf(owner)) {
      const auto bytes = walk.Measure(repo).bytes;
      Add(repos, bytes);
      if (owner.filename() == "templates") continue;
      disk.instances.push_back({repo.stem(), {Use("repos")}});
      Add(disk.instances.back().uses.back(), bytes);
    }
  }
  disk.uses.push_back(std::move(repos));
}

}  // namespace

MachineDisk MasterDisk::Usage() {
  const std::lock_guard lock(mutex_);
  if (!last_ || clock_.Steady() - measured_ >= kKept) {
    last_ = Measure();
    measured_ = clock_.Steady();
  }
  return *last_;
}

MachineDisk MasterDisk::Measure() const {
  MachineDisk disk{.machine = "master", .places = {PlaceOnDisk(data_)}, .measured_at = clock_.Now()};
  DiskWalk walk;
  AddRepos(walk, repos_, disk);
  auto events = Use("events");
  for (const auto& file : EntriesOf(data_ / "events")) Add(events, walk.Measure(file).bytes);
  auto state = Use("state");
  auto registry = Use("registry");
  for (const auto& path : EntriesOf(data_)) {
    if (path == repos_ || path.filename() == "events") continue;
    Add(path.filename() == "registry" ? registry : state, walk.Measure(path).bytes);
  }
  if (registry.count != 0) disk.uses.push_back(std::move(registry));
  disk.uses.push_back(std::move(events));
  disk.uses.push_back(std::move(state));
  return disk;
}

}  // namespace edm::master
