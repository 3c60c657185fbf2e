#include "common/core/compose/same_service.h"

#include <algorithm>

#include "common/core/compose/final_facts.h"
#include "common/core/yaml/text_of.h"
#include "common/model/labels.h"

namespace edm::compose {
namespace {

using yaml::Node;

Node Comparable(Node service, std::string_view folder) {
  service.Remove("image");
  if (auto* labels = service.Find("labels")) labels->Remove(kReleaseLabel);
  if (auto* deploy = service.Find("deploy")) deploy->Remove("update_config");
  if (auto* mounts = service.Find("volumes")) {
    for (auto& mount : mounts->items()) {
      auto* source = mount.Find("source");
      if (const auto file = source ? Below(source->text(), folder) : std::nullopt) source->set_text(*file);
    }
  }
  return service;
}

}  // namespace

bool IsSameService(const ReleasePair& pair, const std::string& name, const Node& wanted, const Node& before) {
  const auto beside = pair.beside.find(name);
  if (beside == pair.beside.end() || !beside->second.same_image) return false;
  if (wanted.Find("configs") || wanted.Find("secrets")) return false;
  const auto& mounts = MountsOf(wanted);
  const bool same_files = std::ranges::all_of(mounts, [&](const Node& mount) {
    const auto file = Below(yaml::TextOf(mount, "source"), pair.wanted_folder);
    return !file || pair.same_files.contains(*file);
  });
  return same_files && Comparable(wanted, pair.wanted_folder).SameAs(Comparable(before, pair.running_folder));
}

}  // namespace edm::compose
