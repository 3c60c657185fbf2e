#include "common/core/compose/trial_document.h"

#include <algorithm>

#include "common/core/compose/ipam.h"
#include "common/core/compose/stored_document.h"
#include "common/model/labels.h"
#include "common/model/trial_name.h"

namespace edm::compose {
namespace {

using yaml::Node;

void Relabel(Node& object, const std::string& trial) {
  auto* labels = object.Find("labels");
  auto relabelled = labels ? *labels : Node::Map();
  relabelled.Set(kInstanceLabel, Node::String(trial));
  object.Set("labels", std::move(relabelled));
}

bool IsTried(const TrialPlan& plan, std::string_view service) {
  return std::ranges::find(plan.tried, service) != plan.tried.end();
}

Node Service(const std::string& name, Node service, const TrialPlan& plan, const std::string& trial) {
  service.Remove("ports");
  service.Set("container_name", Node::String(trial + "." + name + ".1"));
  // It must not outlive its worker's notice after a start of the machine.
  if (const auto* restart = service.Find("restart"); restart && restart->text() == "always")
    service.Set("restart", Node::String("unless-stopped"));
  if (auto* depends = service.Find("depends_on")) {
    std::erase_if(depends->entries(), [&](const auto& entry) { return !IsTried(plan, entry.key); });
    if (depends->entries().empty()) service.Remove("depends_on");
  }
  Relabel(service, trial);
  return service;
}

std::map<std::string, std::string> NamesByKey(const Node& document, std::string_view kind) {
  std::map<std::string, std::string> names;
  if (const auto* all = document.Find(kind)) {
    for (const auto& entry : all->entries()) {
      const auto* name = entry.value.Find("name");
      names[entry.key] = name ? name->text() : entry.key;
    }
  }
  return names;
}

std::string LastNetworkOf(const Node& running, const std::string& instance) {
  std::string last = instance;
  for (const auto& [key, name] : NamesByKey(running, "networks")) last = std::max(last, name);
  return last;
}

Result<Node> Network(Node network, const std::string& key, const std::string& name, const std::string& trial,
                     const std::map<std::string, std::string>& subnets) {
  EDM_TRY(auto ipam, IpamOf(key, subnets));
  network.Set("name", Node::String(name));
  network.Set("ipam", std::move(ipam));
  Relabel(network, trial);
  return network;
}

// No instance's volume can have such a name: it has a '.' where theirs have the '_' behind the id.
Node Volume(const std::string& key, Node volume, const Node& running, const std::string& instance) {
  const auto* name = volume.Find("name");
  const auto theirs = NamesByKey(running, "volumes");
  const bool is_shared =
      name && std::ranges::any_of(theirs, [&](const auto& one) { return one.second == name->text(); });
  if (is_shared) {
    auto external = Node::Map();
    external.Set("name", *name);
    external.Set("external", Node::Bool(true));
    return external;
  }
  volume.Set("name", Node::String(instance + ".trial." + key));
  Relabel(volume, TrialOf(instance));
  return volume;
}

std::set<std::string> VolumesOf(const Node& services) {
  std::set<std::string> keys;
  for (const auto& entry : services.entries()) {
    const auto* mounts = entry.value.Find("volumes");
    if (!mounts) continue;
    for (const auto& mount : mounts->items()) {
      const auto* type = mount.Find("type");
      const auto* source = mount.Find("source");
      if (type && source && type->text() == "volume") keys.insert(source->text());
    }
  }
  return keys;
}

}  // namespace

Result<TrialDocument> DocumentOf(const TrialPlan& plan, const ReleasePair& question,
                                 const std::string& instance,
                                 const std::map<std::string, std::string>& subnets) {
  EDM_TRY(auto root, ReadStored(question.wanted));
  EDM_TRY(const auto running, ReadStored(question.running));
  const auto trial = TrialOf(instance);
  const auto part = [&](std::string_view kind, const std::string& key) {
    const auto* all = root.Find(kind);
    const auto* one = all ? all->Find(key) : nullptr;
    return one ? *one : Node::Map();
  };
  TrialDocument document;
  auto services = Node::Map();
  for (const auto& name : plan.tried) services.Set(name, Service(name, part("services", name), plan, trial));
  auto networks = Node::Map();
  for (const auto& key : plan.networks) {
    const auto name = document.networks[key] = LastNetworkOf(running, instance) + ".trial." + key;
    EDM_TRY(auto network, Network(part("networks", key), key, name, trial, subnets));
    networks.Set(key, std::move(network));
  }
  auto volumes = Node::Map();
  for (const auto& key : VolumesOf(services))
    volumes.Set(key, Volume(key, part("volumes", key), running, instance));
  root.Set("name", Node::String(trial));
  root.Set("services", std::move(services));
  root.Set("networks", std::move(networks));
  root.Set("volumes", std::move(volumes));
  document.json = yaml::WriteJson(root);
  return document;
}

}  // namespace edm::compose
