#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "worker/core/records.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// Failed containers are stopped and kept this long for inspection, unless a newer attempt replaces them.
inline constexpr Millis kInspectionTime{3'600'000};

struct Garbage {
  std::vector<std::uint32_t> releases;  // records and checkouts
  std::vector<std::string> images;      // tags, or ids where there is no tag
};

// What no kept release of `holding` needs, once an attempt has ended. `running` and those of `kept` stay, and
// so do `attempt`'s own release and those that containers of these were made for.
Garbage FindGarbage(const Holding& holding, const std::vector<std::uint32_t>& kept,
                    std::uint32_t attempt_release, const std::vector<Footprint::Object>& images,
                    const std::vector<std::uint32_t>& checkouts);

// The releases of `holding` that are not kept, without the one that runs and those that containers of these
// were made for.
std::vector<std::uint32_t> SurplusOf(const Holding& holding, const std::vector<std::uint32_t>& kept);

// The images of one release (`release` 0: of all) of an instance, as RemoveImage takes them.
std::vector<std::string> ImagesOf(const std::string& instance, std::uint32_t release,
                                  const std::vector<Footprint::Object>& images);

// The host ports of an instance without the fixed ones that none of `releases` publishes. Those that edm
// chose stay as long as the instance does.
std::map<std::string, std::uint16_t> NeededPorts(const Holding& holding,
                                                 const std::set<std::uint32_t>& releases);

// Whether failed containers that stay until then have been kept long enough.
bool InspectionIsOver(std::optional<WallTime> until, WallTime now);

}  // namespace edm::worker
