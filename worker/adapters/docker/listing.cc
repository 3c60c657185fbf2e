#include "worker/adapters/docker/listing.h"

#include <algorithm>

#include "common/model/labels.h"
#include "worker/adapters/docker/image_owner.h"
#include "worker/adapters/docker/in_parallel.h"
#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {
namespace {

using nlohmann::json;

std::string LabelOf(const std::string& instance) { return std::string(kInstanceLabel) + "=" + instance; }

std::string About(const std::string& instance) { return "instance " + instance; }

Result<std::vector<Footprint::Object>> ListObjects(const EngineApi& api, const std::string& path,
                                                   const char* member, const char* id_key,
                                                   const char* name_key) {
  EDM_TRY(const json answer,
          api.Get(WithFilters(path, {{"label", {std::string(kInstanceLabel)}}}), "container engine"));
  std::vector<Footprint::Object> objects;
  const json& list = *member == '\0' ? answer : PartAt(answer, member);
  for (const auto& one : list) objects.push_back(ReadObject(one, id_key, name_key));
  return objects;
}

// Adds what carries the project's label without being labelled as that instance.
void AddForeign(const json& list, const std::string& project, const char* kind,
                std::vector<std::string>& foreign) {
  for (const auto& one : list) {
    if (TextAt(PartAt(one, "Labels"), std::string(kInstanceLabel)) == project) continue;
    const auto& names = PartAt(one, "Names");
    const bool listed = names.is_array() && !names.empty();
    foreign.push_back(std::string(kind) + " " +
                      (listed ? names[0].get<std::string>().substr(1) : TextAt(one, "Name")));
  }
}

}  // namespace

Result<std::vector<ContainerFacts>> ListContainers(const EngineApi& api, const std::string& instance) {
  EDM_TRY(const json answer,
          api.Get(WithFilters("/containers/json?all=1", {{"label", {LabelOf(instance)}}}), About(instance)));
  std::vector<ContainerFacts> containers;
  for (const auto& one : answer) containers.push_back(ReadListed(one));
  std::sort(containers.begin(), containers.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return containers;
}

Result<Inspected> InspectContainer(const EngineApi& api, const std::string& id) {
  EDM_TRY(const json answer, api.Get("/containers/" + id + "/json", "container " + id.substr(0, 12)));
  return ReadInspect(answer);
}

Result<std::vector<Inspected>> InspectContainers(const EngineApi& api, const std::string& instance) {
  EDM_TRY(const auto listed, ListContainers(api, instance));
  std::vector<Inspected> all;
  for (const auto& one : listed) {
    auto seen = InspectContainer(api, one.id);
    if (!seen.ok() && seen.error().code == Code::kNotFound) continue;
    if (!seen.ok()) return std::move(seen).error();
    all.push_back(std::move(seen).value());
  }
  return all;
}

Result<Footprint> ListEverything(const EngineApi& api) {
  Footprint all;
  const std::string label(kInstanceLabel);
  EDM_TRY(const json containers,
          api.Get(WithFilters("/containers/json?all=1", {{"label", {label}}}), "container engine"));
  for (const auto& one : containers) all.containers.push_back(ReadListed(one));
  EDM_TRY(all.networks, ListObjects(api, "/networks", "", "Id", "Name"));
  EDM_TRY(all.volumes, ListObjects(api, "/volumes", "Volumes", "Name", "Name"));
  EDM_TRY(const json images, api.Get(WithFilters("/images/json", {{"label", {label}}}), "container engine"));
  for (const auto& one : images) {
    for (auto& [tag, instance] : OwnTagsOf(one)) {
      auto object = ReadObject(one, "Id", "Id");
      object.name = std::move(tag);
      object.instance = std::move(instance);
      object.size_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, NumberAt(one, "Size")));
      all.images.push_back(std::move(object));
    }
  }
  return all;
}

Result<std::vector<NetworkSubnet>> ListSubnets(const EngineApi& api) {
  EDM_TRY(const json networks, api.Get("/networks", "container engine"));
  std::vector<NetworkSubnet> subnets;
  for (const auto& network : networks) {
    const auto& configs = PartAt(PartAt(network, "IPAM"), "Config");
    if (!configs.is_array()) continue;
    for (const auto& config : configs) {
      auto subnet = TextAt(config, "Subnet");
      if (subnet.empty()) continue;
      subnets.push_back({std::move(subnet), TextAt(PartAt(network, "Labels"), std::string(kInstanceLabel))});
    }
  }
  return subnets;
}

Result<std::map<std::string, std::uint64_t>> MeasureVolumes(const EngineApi& api, Millis deadline) {
  EDM_TRY(const json usage, api.Get("/system/df?type=volume", "volumes", deadline));
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& volume : PartAt(usage, "Volumes")) {
    const auto size = NumberAt(PartAt(volume, "UsageData"), "Size");
    const bool is_known = PartAt(volume, "UsageData").is_object() && size >= 0;
    if (is_known) sizes[TextAt(volume, "Name")] = static_cast<std::uint64_t>(size);
  }
  return sizes;
}

Result<std::vector<std::string>> ListForeign(const EngineApi& api, const std::string& project) {
  const std::vector<std::string> label{"com.docker.compose.project=" + project};
  std::vector<std::string> foreign;
  EDM_TRY(const json containers,
          api.Get(WithFilters("/containers/json?all=1", {{"label", label}}), About(project)));
  AddForeign(containers, project, "container", foreign);
  EDM_TRY(const json networks, api.Get(WithFilters("/networks", {{"label", label}}), About(project)));
  AddForeign(networks, project, "network", foreign);
  EDM_TRY(const json volumes, api.Get(WithFilters("/volumes", {{"label", label}}), About(project)));
  AddForeign(PartAt(volumes, "Volumes"), project, "volume", foreign);
  return foreign;
}

}  // namespace edm::worker
