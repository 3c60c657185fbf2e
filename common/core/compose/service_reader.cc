#include "common/core/compose/service_reader.h"

#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "common/core/compose/mount.h"
#include "common/core/compose/port_list.h"
#include "common/core/compose/rules/service_keys.h"
#include "common/core/yaml/text_of.h"

namespace edm::compose {
namespace {

using yaml::Node;
using yaml::TextOf;

std::vector<std::string> TextsOf(const Node& list) {
  std::vector<std::string> texts;
  if (list.is_scalar()) texts.push_back(list.text());
  for (const auto& item : list.items()) texts.push_back(item.text());
  return texts;
}

std::vector<std::string> KeysOf(const Node& map) {
  std::vector<std::string> keys;
  for (const auto& entry : map.entries()) keys.push_back(entry.key);
  return keys;
}

BuildPlan ReadBuild(const Node& build, const Node& service) {
  BuildPlan plan;
  plan.context = build.is_scalar() ? build.text() : TextOf(build, "context");
  if (plan.context.empty()) plan.context = ".";
  plan.dockerfile_inline = TextOf(build, "dockerfile_inline");
  plan.dockerfile = TextOf(build, "dockerfile");
  if (plan.dockerfile.empty()) plan.dockerfile = "Dockerfile";
  plan.target = TextOf(build, "target");
  plan.platform = TextOf(service, "platform");
  if (const auto* args = build.Find("args")) {
    for (const auto& entry : args->entries()) plan.args[entry.key] = entry.value.text();
  }
  return plan;
}

std::optional<HealthCommand> ReadHealth(const Node& service) {
  const auto* check = service.Find("healthcheck");
  if (!check || TextOf(*check, "disable") == "true") return {};
  const auto* test = check->Find("test");
  HealthCommand health;
  if (test && test->is_scalar()) health.test = {"CMD-SHELL", test->text()};
  if (test && test->is_sequence()) health.test = TextsOf(*test);
  if (health.test.empty() || health.test.front() == "NONE") return {};
  const auto duration = [&](std::string_view key, Millis& into) {
    if (const auto read = ReadComposeDuration(TextOf(*check, key))) into = *read;
  };
  duration("interval", health.interval);
  duration("timeout", health.timeout);
  duration("start_period", health.start_period);
  const auto retries = TextOf(*check, "retries");
  std::from_chars(retries.data(), retries.data() + retries.size(), health.retries);
  return health;
}

std::vector<Dependency> ReadDependencies(const Node& service) {
  std::vector<Dependency> dependencies;
  const auto* depends = service.Find("depends_on");
  if (!depends) return dependencies;
  for (const auto& item : depends->items())
    dependencies.push_back({item.text(), Dependency::Condition::kStarted, true});
  for (const auto& entry : depends->entries()) {
    const auto condition = TextOf(entry.value, "condition");
    auto wanted = Dependency::Condition::kStarted;
    if (condition == "service_healthy") wanted = Dependency::Condition::kHealthy;
    if (condition == "service_completed_successfully") wanted = Dependency::Condition::kCompleted;
    dependencies.push_back({entry.key, wanted, TextOf(entry.value, "required") != "false"});
  }
  return dependencies;
}

void AddPorts(const Node* list, bool published, std::vector<WantedPort>& ports) {
  if (!list) return;
  for (const auto& item : list->items()) {
    auto read = ReadPorts(item);
    if (!read.ok()) continue;
    for (auto& port : *read) {
      const auto same = [&](const WantedPort& other) {
        // One container port may have several host ports.
        return other.port == port.port && other.protocol == port.protocol &&
               (!published || other.host_port == port.host_port);
      };
      if (std::ranges::any_of(ports, same)) continue;
      port.published = published;
      ports.push_back(std::move(port));
    }
  }
}

std::string CatalogName(std::string_view name, const Node& service, std::string_view instance) {
  const auto* environment = service.Find("environment");
  auto given = Folded(environment ? TextOf(*environment, "SERVICE_NAME") : "");
  const auto suffix = "." + std::string(instance);
  if (given.ends_with(suffix)) given.resize(given.size() - suffix.size());
  return IsServiceName(given) ? given : std::string(name);
}

void AddMounts(const Node& service, ServicePlan& plan) {
  const auto* volumes = service.Find("volumes");
  if (!volumes) return;
  for (const auto& item : volumes->items()) {
    auto mount = ReadMount(item);
    if (!mount.ok()) continue;
    if (mount->type == "bind") plan.binds.push_back({mount->source, mount->target, mount->read_only});
    if (mount->type == "volume" && !mount->source.empty()) plan.volumes.push_back(mount->source);
  }
}

}  // namespace

ServicePlan ReadService(std::string_view name, const Node& service, std::string_view instance) {
  ServicePlan plan;
  plan.name = std::string(name);
  plan.image = TextOf(service, "image");
  if (const auto* build = service.Find("build")) plan.build = ReadBuild(*build, service);
  AddPorts(service.Find("ports"), true, plan.ports);
  AddPorts(service.Find("expose"), false, plan.ports);
  plan.health = ReadHealth(service);
  plan.depends_on = ReadDependencies(service);
  plan.catalog_name = CatalogName(name, service, instance);
  AddMounts(service, plan);
  if (const auto* networks = service.Find("networks")) {
    plan.networks = networks->is_map() ? KeysOf(*networks) : TextsOf(*networks);
  }
  plan.restart = TextOf(service, "restart");
  if (const auto grace = ReadComposeDuration(TextOf(service, "stop_grace_period"))) {
    plan.stop_grace = std::chrono::ceil<Seconds>(*grace);
  }
  return plan;
}

}  // namespace edm::compose
