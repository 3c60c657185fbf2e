#include "common/core/compose/host_port_clash.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/core/compose/port_list.h"
#include "common/core/compose/rules/ruling.h"

namespace edm::compose {
namespace {

struct Entry {
  std::string service;
  WantedPort port;
  Spot spot;
};

bool IsPublished(const ServicePlan& plan, const WantedPort& port) {
  return std::ranges::any_of(plan.ports, [&](const WantedPort& each) {
    return each.published && each.port == port.port && each.protocol == port.protocol &&
           each.host_port == port.host_port;
  });
}

// The entries of a service's `ports` that name a host port.
std::vector<Entry> FixedPortsOf(const yaml::Node& effective, const ServicePlan& plan) {
  std::vector<Entry> entries;
  const auto* services = effective.Find("services");
  const auto* service = services ? services->Find(plan.name) : nullptr;
  const auto* ports = service ? service->Find("ports") : nullptr;
  if (!ports) return entries;
  const auto path = yaml::PathOf(yaml::PathOf("services", plan.name), "ports");
  for (std::size_t i = 0; i < ports->items().size(); ++i) {
    const auto read = ReadPorts(ports->items()[i]);
    if (!read.ok()) continue;
    for (const auto& port : *read) {
      if (!port.host_port || !IsPublished(plan, port)) continue;
      entries.push_back({plan.name, port, {ports->items()[i], yaml::PathOf(path, i)}});
    }
  }
  return entries;
}

}  // namespace

std::vector<Finding> FindHostPortClashes(const Document& effective, const FileTree& tree,
                                         const Grants& grants, const Blueprint& blueprint) {
  Ruling ruling(effective, tree, grants, nullptr);
  std::map<std::pair<std::string, std::uint16_t>, Entry> named;  // by protocol and host port
  for (const auto& plan : blueprint.services) {
    for (const auto& entry : FixedPortsOf(effective.root, plan)) {
      const auto& port = entry.port;
      const auto [before, is_first] = named.try_emplace({port.protocol, *port.host_port}, entry);
      const auto& other = before->second;
      // One entry written twice takes nothing from anybody.
      if (is_first || (other.service == entry.service && other.port.port == port.port)) continue;
      const auto inside = std::to_string(port.port);
      ruling.Refuse(entry.spot,
                    "the host port " + std::to_string(*port.host_port) + " is named for " + other.service +
                        ":" + std::to_string(other.port.port) + " as well",
                    "write \"" + inside + "\" to get a free port that is kept, or choose another host port");
    }
  }
  return ruling.Take();
}

}  // namespace edm::compose
