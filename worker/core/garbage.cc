#include "worker/core/garbage.h"

#include <algorithm>
#include <set>

#include "worker/core/kept.h"

namespace edm::worker {
namespace {

std::string NameOrId(const Footprint::Object& image) { return image.name.empty() ? image.id : image.name; }

}  // namespace

Garbage FindGarbage(const Holding& holding, const std::vector<std::uint32_t>& kept,
                    std::uint32_t attempt_release, const std::vector<Footprint::Object>& images,
                    const std::vector<std::uint32_t>& checkouts) {
  std::set<std::uint32_t> needed(kept.begin(), kept.end());
  needed.insert({holding.running_release, attempt_release});
  AddOrigins(holding, needed);
  std::set<std::uint32_t> releases;
  for (const auto& [number, record] : holding.releases) {
    if (!needed.contains(number)) releases.insert(number);
  }
  for (const auto number : checkouts) {
    if (!needed.contains(number)) releases.insert(number);
  }
  Garbage garbage{.releases = {releases.begin(), releases.end()}};
  for (const auto& image : images) {
    // An image without a tag was replaced by a later build of the same release.
    if (image.instance == holding.instance && (image.name.empty() || !needed.contains(image.release))) {
      garbage.images.push_back(NameOrId(image));
    }
  }
  return garbage;
}

std::vector<std::uint32_t> SurplusOf(const Holding& holding, const std::vector<std::uint32_t>& kept) {
  std::set<std::uint32_t> needed(kept.begin(), kept.end());
  needed.insert(holding.running_release);
  AddOrigins(holding, needed);
  std::vector<std::uint32_t> surplus;
  for (const auto& [number, record] : holding.releases) {
    if (!needed.contains(number)) surplus.push_back(number);
  }
  return surplus;
}

std::vector<std::string> ImagesOf(const std::string& instance, std::uint32_t release,
                                  const std::vector<Footprint::Object>& images) {
  std::vector<std::string> found;
  for (const auto& image : images) {
    if (image.instance != instance || (release != 0 && image.release != release)) continue;
    found.push_back(NameOrId(image));
  }
  return found;
}

std::map<std::string, std::uint16_t> NeededPorts(const Holding& holding,
                                                 const std::set<std::uint32_t>& releases) {
  std::set<std::string> wanted;
  for (const auto& [number, release] : holding.releases) {
    if (!releases.contains(number)) continue;
    for (const auto& port : release.run.ports) wanted.insert(PortName(port));
  }
  auto needed = holding.ports;
  std::erase_if(needed,
                [&](const auto& entry) { return IsFixedPort(entry.first) && !wanted.contains(entry.first); });
  return needed;
}

bool InspectionIsOver(std::optional<WallTime> until, WallTime now) {
  if (!until) return false;
  // More than its whole time ahead: the clock was set back meanwhile.
  return now >= *until || *until - now > kInspectionTime;
}

}  // namespace edm::worker
