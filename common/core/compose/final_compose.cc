#include "common/core/compose/final_compose.h"

#include "common/core/compose/final_service.h"
#include "common/core/compose/interpolate.h"
#include "common/core/compose/ipam.h"
#include "common/core/compose/stored_document.h"
#include "common/core/yaml/json.h"

namespace edm::compose {
namespace {

using yaml::Node;

Node External(const Node& written, std::string_view key) {
  const auto* name = written.Find("name");
  auto node = Node::Map();
  node.Set("name", name ? *name : Node::String(std::string(key)));
  node.Set("external", Node::Bool(true));
  return node;
}

bool IsExternal(const Node& written) {
  const auto* external = written.Find("external");
  return external && external->text() == "true";
}

Result<Node> Network(std::string_view name, const Node& written, const FinalInput& input) {
  EDM_TRY(auto ipam, IpamOf(std::string(name), input.subnets));
  auto network = Node::Map();
  network.Set("name", Node::String(input.instance + "_" + std::string(name)));
  network.Set("driver", Node::String("bridge"));
  network.Set("ipam", std::move(ipam));
  if (const auto* internal = written.Find("internal")) network.Set("internal", *internal);
  network.Set("labels", LabelsWith(written.Find("labels"), input));
  return network;
}

Node Volume(std::string_view name, const Node& written, const FinalInput& input) {
  auto volume = Node::Map();
  volume.Set("name", Node::String(input.instance + "_" + std::string(name)));
  if (const auto* options = written.Find("driver_opts"); options && !options->entries().empty()) {
    volume.Set("driver", Node::String("local"));
    volume.Set("driver_opts", *options);
  }
  volume.Set("labels", LabelsWith(written.Find("labels"), input));
  return volume;
}

// configs and secrets: their files by absolute path.
Node Files(const Node& written, const FinalInput& input) {
  auto files = Node::Map();
  for (const auto& entry : written.entries()) {
    auto file = Node::Map();
    file.Set("name", Node::String(input.instance + "_" + entry.key));
    if (const auto* path = entry.value.Find("file"))
      file.Set("file", Node::String(AbsolutePath(path->text(), input)));
    if (const auto* content = entry.value.Find("content")) file.Set("content", *content);
    files.Set(entry.key, std::move(file));
  }
  return files;
}

const Node& Part(const Node& effective, std::string_view kind, std::string_view name) {
  static const Node kNothing;
  const auto* all = effective.Find(kind);
  const auto* one = all ? all->Find(name) : nullptr;
  return one ? *one : kNothing;
}

Result<Node> Networks(const Blueprint& blueprint, const Node& effective, const FinalInput& input) {
  auto networks = Node::Map();
  for (const auto& name : blueprint.networks) {
    EDM_TRY(auto network, Network(name, Part(effective, "networks", name), input));
    networks.Set(name, std::move(network));
  }
  for (const auto& service : blueprint.services) {
    for (const auto& name : service.networks) {
      const auto& written = Part(effective, "networks", name);
      if (IsExternal(written)) networks.Set(name, External(written, name));
    }
  }
  return networks;
}

Node Volumes(const Blueprint& blueprint, const Node& effective, const FinalInput& input) {
  auto volumes = Node::Map();
  for (const auto& name : blueprint.volumes)
    volumes.Set(name, Volume(name, Part(effective, "volumes", name), input));
  for (const auto& service : blueprint.services) {
    for (const auto& name : service.volumes) {
      const auto& written = Part(effective, "volumes", name);
      if (IsExternal(written)) volumes.Set(name, External(written, name));
    }
  }
  return volumes;
}

}  // namespace

std::string ImageTag(std::string_view instance, std::string_view service, std::uint32_t release) {
  return "edm/" + std::string(instance) + "/" + std::string(service) + ":r" + std::to_string(release);
}

std::string Retagged(std::string tag, std::string_view instance, std::uint32_t from, std::uint32_t to) {
  const auto release = ":r" + std::to_string(from);
  if (!tag.starts_with("edm/" + std::string(instance) + "/") || !tag.ends_with(release)) return tag;
  return tag.substr(0, tag.size() - release.size()) + ":r" + std::to_string(to);
}

Result<std::string> FinalCompose(const Blueprint& blueprint, std::string_view effective_json,
                                 const FinalInput& input) {
  EDM_TRY(const auto effective, ReadStored(effective_json));
  auto root = Node::Map();
  root.Set("name", Node::String(input.instance));
  auto services = Node::Map();
  for (const auto& plan : blueprint.services) {
    EDM_TRY(auto service, FinalService(plan, blueprint, Part(effective, "services", plan.name), input));
    services.Set(plan.name, std::move(service));
  }
  root.Set("services", std::move(services));
  EDM_TRY(auto networks, Networks(blueprint, effective, input));
  if (!networks.entries().empty()) root.Set("networks", std::move(networks));
  if (auto volumes = Volumes(blueprint, effective, input); !volumes.entries().empty()) {
    root.Set("volumes", std::move(volumes));
  }
  for (const auto* kind : {"configs", "secrets"}) {
    if (const auto* files = effective.Find(kind)) root.Set(kind, Files(*files, input));
  }
  DoubleDollars(root);
  return yaml::WriteJson(root);
}

}  // namespace edm::compose
