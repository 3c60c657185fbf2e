#include "edmctl/output/footprint.h"

#include <fmt/format.h>

#include "common/base/size_units.h"
#include "common/base/text.h"
#include "edmctl/output/table.h"

namespace edm::ctl {
namespace {

std::string SizeOf(const v1::Footprint::Volume& volume) {
  return volume.has_size_kib() ? FormatBytes(volume.size_kib() * kKibibyte) : "?";
}

std::string ImagesOf(const v1::Footprint& footprint) {
  if (footprint.images().empty()) return "";
  auto text = Counted(static_cast<std::uint64_t>(footprint.images_size()), "image");
  // Layers that they share are counted for each.
  if (footprint.has_images_kib()) text += ", up to " + FormatBytes(footprint.images_kib() * kKibibyte);
  return text;
}

}  // namespace

std::string RenderFootprint(const Terminal& terminal, const std::string& id, const v1::Footprint& footprint,
                            bool keep_volumes) {
  std::vector<std::string> volumes;
  for (const auto& volume : footprint.volumes()) {
    volumes.push_back(fmt::format("{}  {}{}", volume.name(), SizeOf(volume), keep_volumes ? "  (kept)" : ""));
  }
  const auto count = [](int number, const char* noun) {
    return number == 0 ? std::string() : Counted(static_cast<std::uint64_t>(number), noun);
  };
  return "this goes with " + id + ", for good:\n" +
         RenderFields(terminal,
                      {{"  containers", count(footprint.containers_size(), "container")},
                       {"  networks", count(footprint.networks_size(), "network")},
                       {"  images", ImagesOf(footprint)},
                       {"  releases", footprint.releases() == 0 ? "" : std::to_string(footprint.releases())},
                       {"  repo", footprint.repo() ? "with its history" : ""},
                       {"  volumes", Join(volumes, "\n")}});
}

}  // namespace edm::ctl
