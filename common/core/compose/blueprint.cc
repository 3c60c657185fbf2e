#include "common/core/compose/blueprint.h"

#include <algorithm>
#include <set>

#include "common/base/text.h"
#include "common/core/compose/service_reader.h"
#include "common/core/compose/stored_document.h"
#include "common/core/yaml/fields.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

using yaml::Node;

bool IsIdle(const Node& service) {
  const auto* profiles = service.Find("profiles");
  if (profiles && !profiles->items().empty()) return true;
  const auto* scale = service.Find("scale");
  const auto* deploy = service.Find("deploy");
  const auto* replicas = deploy ? deploy->Find("replicas") : nullptr;
  return (scale && scale->text() == "0") || (replicas && replicas->text() == "0");
}

// Services that one of them cannot run without.
std::vector<std::string> Needs(const Node& service) {
  std::vector<std::string> needs;
  if (const auto* depends = service.Find("depends_on")) {
    for (const auto& entry : depends->entries()) needs.push_back(entry.key);
    for (const auto& item : depends->items()) needs.push_back(item.text());
  }
  constexpr std::string_view kService = "service:";
  for (const auto* key : {"network_mode", "ipc", "pid"}) {
    const auto* mode = service.Find(key);
    if (mode && mode->text().starts_with(kService)) needs.push_back(mode->text().substr(kService.size()));
  }
  if (const auto* from = service.Find("volumes_from")) {
    for (const auto& item : from->items()) needs.push_back(item.text().substr(0, item.text().find(':')));
  }
  return needs;
}

std::set<std::string> ActiveServices(const Node& services) {
  std::set<std::string> active;
  std::vector<std::string> open;
  for (const auto& entry : services.entries()) {
    if (!IsIdle(entry.value)) open.push_back(entry.key);
  }
  while (!open.empty()) {
    const auto name = std::move(open.back());
    open.pop_back();
    const auto* service = services.Find(name);
    if (!service || !active.insert(name).second) continue;
    for (auto& need : Needs(*service)) open.push_back(std::move(need));
  }
  return active;
}

// A service without a build whose image is what another one's build is named.
void LinkImages(Blueprint& blueprint) {
  for (auto& service : blueprint.services) {
    if (service.build || service.image.empty()) continue;
    const auto maker = std::ranges::find_if(blueprint.services, [&](const ServicePlan& other) {
      return other.build && other.image == service.image;
    });
    if (maker != blueprint.services.end()) service.image_of = maker->name;
  }
}

void MarkOneshots(Blueprint& blueprint) {
  for (const auto& service : blueprint.services) {
    for (const auto& dependency : service.depends_on) {
      if (dependency.condition != Dependency::Condition::kCompleted) continue;
      const auto awaited = std::ranges::find(blueprint.services, dependency.service, &ServicePlan::name);
      if (awaited != blueprint.services.end()) awaited->oneshot = true;
    }
  }
}

// What edm.yaml says of services, put into the blueprint.
class SpecMerge {
 public:
  SpecMerge(Blueprint& blueprint, const AppSpec& spec) : blueprint_(blueprint), spec_(spec) {}

  Status Run() {
    for (const auto& name : spec_.oneshot) {
      if (auto* service = Named(name, spec_.oneshot_at, "oneshot")) service->oneshot = true;
    }
    if (!spec_.publish.empty()) Publish();
    for (std::size_t i = 0; i < spec_.render.size(); ++i) {
      for (const auto& name : spec_.render[i].services)
        Named(name, spec_.render[i].at, yaml::PathOf("render", i) + ".services");
    }
    if (spec_.health) CheckHealth(*spec_.health);
    return problems_.AsStatus();
  }

 private:
  ServicePlan* Named(const std::string& name, yaml::Position at, std::string_view path) {
    const auto found = std::ranges::find(blueprint_.services, name, &ServicePlan::name);
    if (found != blueprint_.services.end()) return &*found;
    std::vector<std::string> names;
    for (const auto& service : blueprint_.services) names.push_back(service.name);
    const auto nearest = Nearest(name, names);
    problems_.Add(at, path, "there is no service '" + Shown(name) + "'",
                  nearest ? "did you mean '" + *nearest + "'?" : "services: " + Join(names, ", "));
    return nullptr;
  }

  void Publish() {
    for (auto& service : blueprint_.services) {
      for (auto& port : service.ports) port.published = false;
    }
    for (std::size_t i = 0; i < spec_.publish.size(); ++i) {
      const auto& publish = spec_.publish[i];
      auto* service = Named(publish.service, publish.at, yaml::PathOf("publish", i) + ".service");
      if (!service) continue;
      bool is_there = false;
      for (auto& port : service->ports) {
        if (port.port != publish.port || port.protocol != "tcp") continue;
        port.published = is_there = true;
        port.loopback_only = false;
      }
      if (!is_there) service->ports.push_back({.port = publish.port});
    }
  }

  void CheckHealth(const HealthSpec& health) {
    if (!health.service.empty()) Named(health.service, health.at, "health.service");
  }

  Blueprint& blueprint_;
  const AppSpec& spec_;
  yaml::Problems problems_{std::string(kAppSpecFile)};
};

}  // namespace

const ServicePlan* Blueprint::Find(std::string_view service) const {
  const auto found = std::ranges::find(services, service, &ServicePlan::name);
  return found == services.end() ? nullptr : &*found;
}

Result<Blueprint> ReadBlueprint(const Node& effective, const AppSpec& spec, std::string_view instance) {
  Blueprint blueprint;
  const auto* services = effective.Find("services");
  if (!services || services->entries().empty()) {
    return Error{Code::kInvalidArgument,
                 "compose",
                 "has no services",
                 {},
                 "write services: with at least one service"};
  }
  std::set<std::string> networks;
  std::set<std::string> volumes;
  for (const auto& name : ActiveServices(*services)) {
    auto plan = ReadService(name, *services->Find(name), instance);
    networks.insert(plan.networks.begin(), plan.networks.end());
    volumes.insert(plan.volumes.begin(), plan.volumes.end());
    blueprint.services.push_back(std::move(plan));
  }
  if (blueprint.services.empty()) {
    return Error{Code::kInvalidArgument,
                 "compose",
                 "every service stands behind a profile",
                 {},
                 "remove the profiles of what is to run"};
  }
  const auto is_own = [&](std::string_view kind, const std::string& name) {
    const auto* all = effective.Find(kind);
    const auto* one = all ? all->Find(name) : nullptr;
    const auto* external = one ? one->Find("external") : nullptr;
    return !external || external->text() != "true";
  };
  for (const auto& name : networks) {
    if (is_own("networks", name)) blueprint.networks.push_back(name);
  }
  for (const auto& name : volumes) {
    if (is_own("volumes", name)) blueprint.volumes.push_back(name);
  }
  LinkImages(blueprint);
  MarkOneshots(blueprint);
  EDM_CHECK(SpecMerge(blueprint, spec).Run());
  return blueprint;
}

Result<Blueprint> ReadBlueprint(std::string_view effective_json, const AppSpec& spec,
                                std::string_view instance) {
  EDM_TRY(const auto effective, ReadStored(effective_json));
  return ReadBlueprint(effective, spec, instance);
}

}  // namespace edm::compose
