#include "worker/adapters/disk/disk_folder.h"

#include <charconv>
#include <filesystem>

#include "common/adapters/files/disk_walk.h"

namespace edm::worker {
namespace {

namespace fs = std::filesystem;

std::uint32_t NumberIn(const std::string& text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

StoredThing Measured(DiskWalk& walk, const fs::path& path) {
  const auto extent = walk.Measure(path);
  StoredThing thing;
  thing.bytes = extent.bytes;
  thing.parts = extent.packs;
  thing.changed = extent.changed;
  return thing;
}

void AddCheckouts(DiskWalk& walk, const fs::path& folder, std::vector<StoredThing>& checkouts) {
  for (const auto& instance : EntriesOf(folder)) {
    for (const auto& release : EntriesOf(instance)) {
      const auto name = release.filename().string();  // "r12"
      const auto number = NumberIn(name.substr(1));
      if (number == 0) continue;
      auto thing = Measured(walk, release);
      thing.instance = instance.filename();
      thing.name = thing.instance + "/" + name;
      thing.number = number;
      checkouts.push_back(std::move(thing));
    }
  }
}

void AddMirrors(DiskWalk& walk, const fs::path& folder, std::vector<StoredThing>& mirrors) {
  for (const auto& kind : EntriesOf(folder)) {
    for (const auto& mirror : EntriesOf(kind)) {
      auto thing = Measured(walk, mirror);
      thing.name = kind.filename().string() + "/" + mirror.stem().string();
      if (kind.filename() == "instances") thing.instance = mirror.stem();
      mirrors.push_back(std::move(thing));
    }
  }
}

void AddHistories(DiskWalk& walk, const fs::path& folder, std::vector<StoredThing>& histories) {
  for (const auto& history : EntriesOf(folder)) {
    auto thing = Measured(walk, history);
    thing.name = history.filename();  // "shop.12"
    thing.instance = history.stem();
    if (history.has_extension()) thing.number = NumberIn(history.extension().string().substr(1));
    histories.push_back(std::move(thing));
  }
}

}  // namespace

StoredThings DiskFolder::Look() {
  StoredThings things;
  DiskWalk walk;
  const fs::path data(data_);
  AddCheckouts(walk, data / "instances", things.checkouts);
  AddMirrors(walk, data / "mirrors", things.mirrors);
  AddHistories(walk, data / "events", things.histories);
  for (const auto& path : EntriesOf(data)) {
    const auto name = path.filename();
    if (name == "instances" || name == "mirrors" || name == "events") continue;
    things.other_bytes += walk.Measure(path).bytes;
  }
  return things;
}

DiskPlace DiskFolder::PlaceOf(const std::string& path) { return PlaceOnDisk(path); }

}  // namespace edm::worker
