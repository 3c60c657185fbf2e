#include "common/core/compose/final_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/model/labels.h"

namespace edm::compose {
namespace {

using yaml::Node;

// What edm decides itself, or what has no meaning any more.
constexpr std::array<std::string_view, 14> kOurs = {
    "build",   "container_name", "depends_on", "deploy",  "environment", "image",   "labels",
    "logging", "ports",          "profiles",   "restart", "scale",       "volumes", "security_opt"};

Node Kept(const Node& written) {
  auto kept = Node::Map();
  for (const auto& entry : written.entries()) {
    if (std::ranges::find(kOurs, entry.key) == kOurs.end()) kept.Set(entry.key, entry.value);
  }
  return kept;
}

std::string ImageOf(const ServicePlan& plan, const FinalInput& input) {
  if (const auto given = input.images.find(plan.name); given != input.images.end()) return given->second;
  if (plan.build) return ImageTag(input.instance, plan.name, input.release);
  if (plan.image_of.empty()) return plan.image;
  const auto maker = input.images.find(plan.image_of);
  return maker != input.images.end() ? maker->second : ImageTag(input.instance, plan.image_of, input.release);
}

Result<std::uint16_t> HostPortOf(const ServicePlan& plan, const WantedPort& wanted, const FinalInput& input) {
  if (wanted.host_port) return *wanted.host_port;
  const auto given = std::ranges::find_if(input.ports, [&](const HostPort& each) {
    return each.service == plan.name && each.port == wanted.port && each.protocol == wanted.protocol;
  });
  if (given != input.ports.end()) return given->host_port;
  return Error{Code::kInternal,
               "service " + plan.name,
               fmt::format("port {} was given no host port", wanted.port),
               {},
               "report this"};
}

Result<Node> Ports(const ServicePlan& plan, const FinalInput& input) {
  auto ports = Node::Sequence();
  for (const auto& wanted : plan.ports) {
    if (!wanted.published) continue;
    EDM_TRY(const auto host_port, HostPortOf(plan, wanted, input));
    auto port = Node::Map();
    port.Set("mode", Node::String("ingress"));
    const auto address = wanted.loopback_only ? std::string("127.0.0.1") : input.bind_address;
    if (!address.empty()) port.Set("host_ip", Node::String(address));
    port.Set("target", Node::Integer(wanted.port));
    port.Set("published", Node::String(std::to_string(host_port)));
    port.Set("protocol", Node::String(wanted.protocol));
    ports.Add(std::move(port));
  }
  return ports;
}

Node Environment(const Node& written, const FinalInput& input) {
  auto environment = Node::Map();
  for (const auto& [name, value] : input.environment) environment.Set(name, Node::String(value));
  if (const auto* own = written.Find("environment")) {
    for (const auto& entry : own->entries()) {
      if (!entry.value.is_null()) environment.Set(entry.key, Node::String(entry.value.text()));
    }
  }
  return environment;
}

Node DependsOn(const ServicePlan& plan, const Blueprint& blueprint, const Node& written) {
  auto depends = Node::Map();
  const auto* own = written.Find("depends_on");
  for (const auto& dependency : plan.depends_on) {
    if (!blueprint.Find(dependency.service)) continue;
    if (const auto* as_written = own ? own->Find(dependency.service) : nullptr)
      depends.Set(dependency.service, *as_written);
  }
  return depends;
}

std::string TargetOf(const Node& mount) {
  const auto* target = mount.Find("target");
  return target ? target->text() : "";
}

Node BindOf(std::string source, std::string target, bool read_only, bool create) {
  auto mount = Node::Map();
  mount.Set("type", Node::String("bind"));
  mount.Set("source", Node::String(std::move(source)));
  mount.Set("target", Node::String(std::move(target)));
  if (read_only) mount.Set("read_only", Node::Bool(true));
  auto options = Node::Map();
  if (create) options.Set("create_host_path", Node::Bool(true));
  mount.Set("bind", std::move(options));
  return mount;
}

Node Mounts(const ServicePlan& plan, const Node& written, const FinalInput& input) {
  auto mounts = Node::Sequence();
  const auto is_rendered = [&](const Node& mount) {
    return std::ranges::any_of(input.mounts, [&](const FileMount& file) {
      return file.service == plan.name && file.target == TargetOf(mount);
    });
  };
  if (const auto* own = written.Find("volumes")) {
    for (auto mount : own->items()) {
      if (is_rendered(mount)) continue;
      const auto* type = mount.Find("type");
      const auto* source = mount.Find("source");
      if (type && type->text() == "bind" && source) {
        const auto* read_only = mount.Find("read_only");
        mount = BindOf(AbsolutePath(source->text(), input), TargetOf(mount),
                       read_only && read_only->text() == "true", true);
      }
      mounts.Add(std::move(mount));
    }
  }
  for (const auto& file : input.mounts) {
    if (file.service == plan.name) mounts.Add(BindOf(file.source, file.target, true, false));
  }
  return mounts;
}

bool SaysNothing(const Node* value) {
  return !value || value->is_null() || value->text() == "0" || value->text().empty() ||
         value->text().starts_with('-');
}

// The user's own limit stands, wherever he wrote it, and moves to where compose bears it beside the defaults.
void SettleLimit(Node& service, Node& limits, std::string_view plain_key, std::string_view key,
                 Node fallback) {
  if (SaysNothing(limits.Find(key))) limits.Remove(key);
  if (const auto* plain = service.Find(plain_key); !SaysNothing(plain) && !limits.Find(key))
    limits.Set(key, *plain);
  service.Remove(plain_key);
  if (!limits.Find(key) && !fallback.is_null()) limits.Set(key, std::move(fallback));
}

Node Deploy(const ServicePlan& plan, const Node& written, Node& service, const FinalInput& input) {
  const auto* own = written.Find("deploy");
  const auto* own_resources = own ? own->Find("resources") : nullptr;
  auto resources = own_resources ? *own_resources : Node::Map();
  const auto* own_limits = resources.Find("limits");
  auto limits = own_limits ? *own_limits : Node::Map();
  const auto& defaults = input.limits;
  const bool has_quota = !SaysNothing(service.Find("cpu_quota"));
  SettleLimit(service, limits, "mem_limit", "memory",
              defaults.memory_bytes > 0 ? Node::String(std::to_string(defaults.memory_bytes)) : Node::Null());
  SettleLimit(service, limits, "pids_limit", "pids",
              defaults.pids > 0 ? Node::Integer(defaults.pids) : Node::Null());
  SettleLimit(service, limits, "cpus", "cpus",
              defaults.cpus > 0 && !has_quota ? Node::Float(fmt::format("{}", defaults.cpus)) : Node::Null());
  auto deploy = Node::Map();
  if (!limits.entries().empty()) resources.Set("limits", std::move(limits));
  if (!resources.entries().empty()) deploy.Set("resources", std::move(resources));
  const auto* policy = own ? own->Find("restart_policy") : nullptr;
  if (policy && !plan.oneshot && plan.restart.empty()) deploy.Set("restart_policy", *policy);
  // Compose does nothing with it: whether a second one may run beside the first is read from it (trial_plan).
  if (const auto* update = own ? own->Find("update_config") : nullptr) deploy.Set("update_config", *update);
  deploy.Set("placement", Node::Map());
  return deploy;
}

// A one-shot that is started again for ever would never be done.
std::string RestartOf(const ServicePlan& plan, const Node& deploy) {
  if (plan.oneshot) return plan.restart.starts_with("on-failure") ? plan.restart : "no";
  if (!plan.restart.empty()) return plan.restart;
  return deploy.Find("restart_policy") ? "" : "unless-stopped";
}

Node Logging(const LogRotation& rotation) {
  auto options = Node::Map();
  options.Set("max-file", Node::String(std::to_string(rotation.files)));
  options.Set("max-size", Node::String(rotation.size));
  auto logging = Node::Map();
  logging.Set("driver", Node::String("json-file"));
  logging.Set("options", std::move(options));
  return logging;
}

}  // namespace

std::string AbsolutePath(std::string_view path, const FinalInput& input) {
  if (path.starts_with('/')) return std::string(path);
  while (path.starts_with("./")) path.remove_prefix(2);
  return path == "." || path.empty() ? input.directory : input.directory + "/" + std::string(path);
}

Node LabelsWith(const Node* written, const FinalInput& input) {
  auto labels = Node::Map();
  if (written) {
    for (const auto& entry : written->entries()) labels.Set(entry.key, Node::String(entry.value.text()));
  }
  for (const auto& [name, value] : input.labels) labels.Set(name, Node::String(value));
  labels.Set(kInstanceLabel, Node::String(input.instance));
  return labels;
}

Result<Node> FinalService(const ServicePlan& plan, const Blueprint& blueprint, const Node& written,
                          const FinalInput& input) {
  auto service = Kept(written);
  const auto set_unless_empty = [&](std::string_view key, Node value) {
    if (!value.entries().empty() || !value.items().empty()) service.Set(key, std::move(value));
  };
  service.Set("container_name", Node::String(fmt::format("{}.{}.1", input.instance, plan.name)));
  service.Set("image", Node::String(ImageOf(plan, input)));
  if (plan.build || !plan.image_of.empty()) service.Set("pull_policy", Node::String("never"));
  EDM_TRY(auto ports, Ports(plan, input));
  set_unless_empty("ports", std::move(ports));
  set_unless_empty("environment", Environment(written, input));
  set_unless_empty("depends_on", DependsOn(plan, blueprint, written));
  set_unless_empty("volumes", Mounts(plan, written, input));
  auto deploy = Deploy(plan, written, service, input);
  if (const auto restart = RestartOf(plan, deploy); !restart.empty())
    service.Set("restart", Node::String(restart));
  service.Set("deploy", std::move(deploy));
  service.Set("security_opt", Node::Strings({"no-new-privileges:true"}));
  service.Set("logging", Logging(input.logs));
  auto labels = LabelsWith(written.Find("labels"), input);
  labels.Set(kReleaseLabel, Node::String(std::to_string(input.release)));
  labels.Set(kServiceLabel, Node::String(plan.name));
  service.Set("labels", std::move(labels));
  return service;
}

}  // namespace edm::compose
