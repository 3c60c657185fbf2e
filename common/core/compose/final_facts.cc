#include "common/core/compose/final_facts.h"

#include "common/core/yaml/text_of.h"

namespace edm::compose {

using yaml::Node;
using yaml::TextOf;

const std::vector<Node>& MountsOf(const Node& service) {
  static const std::vector<Node> kNone;
  const auto* mounts = service.Find("volumes");
  return mounts ? mounts->items() : kNone;
}

std::set<std::string> DependenciesOf(const Node& service) {
  std::set<std::string> names;
  if (const auto* depends = service.Find("depends_on")) {
    for (const auto& entry : depends->entries()) names.insert(entry.key);
  }
  return names;
}

std::optional<std::string> Below(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder) || path.size() <= folder.size() || path[folder.size()] != '/')
    return std::nullopt;
  return std::string(path.substr(folder.size() + 1));
}

std::string WhyStrange(const Node& service) {
  for (const std::string_view key : {"volumes_from", "links", "devices", "gpus"}) {
    if (service.Find(key)) return std::string(key);
  }
  for (const std::string_view key : {"network_mode", "ipc", "pid", "cgroup"}) {
    const auto text = TextOf(service, key);
    if (text.starts_with("service:") || text.starts_with("container:")) return std::string(key) + ": " + text;
  }
  if (const auto* networks = service.Find("networks")) {
    for (const auto& entry : networks->entries()) {
      for (const std::string_view key : {"ipv4_address", "ipv6_address", "link_local_ips"}) {
        if (entry.value.Find(key)) return std::string(key) + " in network " + entry.key;
      }
    }
  }
  return "";
}

}  // namespace edm::compose
