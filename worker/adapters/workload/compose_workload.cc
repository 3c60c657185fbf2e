#include "worker/adapters/workload/compose_workload.h"

#include <algorithm>
#include <filesystem>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/core/compose/address.h"
#include "common/core/compose/dockerfile.h"
#include "common/core/templates/render.h"
#include "common/model/labels.h"
#include "worker/core/endpoints.h"
#include "worker/core/records.h"

namespace edm::worker {
namespace {

constexpr std::size_t kGeneratedBytes = 24;
constexpr std::size_t kTemplateBytesMax = 1024 * 1024;

}  // namespace

ComposeWorkload::ComposeWorkload(JudgeRequest request, compose::Judged judged,
                                 std::shared_ptr<const FileTree> tree, WorkloadDefaults defaults,
                                 Entropy& entropy)
    : request_(std::move(request)),
      judged_(std::move(judged)),
      tree_(std::move(tree)),
      defaults_(std::move(defaults)),
      entropy_(entropy) {}

std::string ComposeWorkload::summary() const {
  return judged_.source + ", " + Counted(judged_.blueprint.services.size(), "service");
}

std::vector<std::string> ComposeWorkload::warnings() const {
  std::vector<std::string> texts;
  for (const auto& warning : judged_.warnings) texts.push_back(ToString(warning.error));
  return texts;
}

std::vector<BuildRequest> ComposeWorkload::builds() const {
  std::vector<BuildRequest> builds;
  for (const auto& service : judged_.blueprint.services) {
    if (!service.build) continue;
    const auto& plan = *service.build;
    auto labels = defaults_.labels;
    labels[std::string(kReleaseLabel)] = std::to_string(request_.release);
    builds.push_back(
        {.instance = request_.instance,
         .service = service.name,
         .context_directory = (std::filesystem::path(request_.directory) / plan.context).lexically_normal(),
         .dockerfile = plan.dockerfile,
         .dockerfile_inline = plan.dockerfile_inline,
         .target = plan.target,
         .arguments = plan.args,
         .labels = std::move(labels),
         .tag = compose::ImageTag(request_.instance, service.name, request_.release)});
  }
  return builds;
}

std::optional<std::set<std::string>> ComposeWorkload::inputs() const {
  std::set<std::string> images;
  for (const auto& service : judged_.blueprint.services) {
    if (!service.build) {
      if (service.image_of.empty()) images.insert(service.image);
      continue;
    }
    const auto& plan = *service.build;
    auto text = plan.dockerfile_inline;
    if (text.empty()) {
      const auto path = (std::filesystem::path(plan.context) / plan.dockerfile).lexically_normal();
      auto read = tree_->Read(path.string(), compose::Dockerfile::kBytesMax);
      if (!read.ok()) return std::nullopt;
      text = std::move(read).value();
    }
    auto named = compose::Dockerfile::Images(text, plan.args);
    if (!named) return std::nullopt;
    images.merge(*named);
  }
  return images;
}

std::vector<WantedPort> ComposeWorkload::ports() const {
  std::vector<WantedPort> ports;
  for (const auto& service : judged_.blueprint.services) {
    for (const auto& port : service.ports) {
      if (!port.published) continue;
      ports.push_back({service.name, port.port, port.protocol, port.host_port, port.loopback_only});
    }
  }
  return ports;
}

std::optional<HttpCheck> ComposeWorkload::CheckOf(const compose::ServicePlan& service) const {
  const auto& health = judged_.spec.health;
  if (!health || health->path.empty() || (!health->service.empty() && health->service != service.name)) {
    return std::nullopt;
  }
  for (const auto& port : service.ports) {
    if (port.protocol == "tcp" && (!health->port || *health->port == port.port)) {
      return HttpCheck{port.port, health->path};
    }
  }
  // A port that no line of the compose file names, checked all the same when its service is named.
  if (health->port && !health->service.empty()) return HttpCheck{*health->port, health->path};
  return std::nullopt;
}

std::vector<WantedService> ComposeWorkload::services() const {
  std::vector<WantedService> services;
  const auto& health = judged_.spec.health;
  for (const auto& service : judged_.blueprint.services) {
    WantedService wanted{.service = service.name, .one_shot = service.oneshot, .http = CheckOf(service)};
    for (const auto& port : service.ports) {
      // It may be published on several host ports.
      const bool is_known = std::count(wanted.ports.begin(), wanted.ports.end(), port.port) > 0;
      if (port.published && port.protocol == "tcp" && !is_known) wanted.ports.push_back(port.port);
    }
    const bool by_port = health && health->path.empty() && health->port && health->service == service.name;
    if (by_port && std::count(wanted.ports.begin(), wanted.ports.end(), *health->port) == 0) {
      wanted.ports.push_back(*health->port);
    }
    services.push_back(std::move(wanted));
  }
  return services;
}

std::map<std::string, std::string> ComposeWorkload::catalog_names() const {
  std::map<std::string, std::string> names;
  for (const auto& service : judged_.blueprint.services) {
    if (service.catalog_name != service.name) names[service.name] = service.catalog_name;
  }
  return names;
}

Millis ComposeWorkload::ready_timeout() const {
  const auto& health = judged_.spec.health;
  return health && health->time ? *health->time : defaults_.ready_timeout;
}

Millis ComposeWorkload::ready_least() const {
  if (judged_.spec.health && judged_.spec.health->time) return *judged_.spec.health->time;
  Millis longest{0};
  for (const auto& service : judged_.blueprint.services) {
    if (service.health) longest = std::max(longest, service.health->start_period);
  }
  return longest;
}

Seconds ComposeWorkload::stop_grace() const {
  Seconds longest{0};
  for (const auto& service : judged_.blueprint.services) longest = std::max(longest, service.stop_grace);
  return longest;
}

bool ComposeWorkload::keeps_data() const {
  const auto& services = judged_.blueprint.services;
  return std::any_of(services.begin(), services.end(), [](const compose::ServicePlan& service) {
    const auto is_of_machine = [](const compose::BindMount& bind) {
      return bind.source.starts_with('/') && !bind.read_only;
    };
    return !service.volumes.empty() || std::any_of(service.binds.begin(), service.binds.end(), is_of_machine);
  });
}

std::map<std::string, std::string> ComposeWorkload::Images() const {
  std::map<std::string, std::string> images;
  for (const auto& service : judged_.blueprint.services) {
    const auto& built_by = service.build ? service.name : service.image_of;
    images[service.name] =
        built_by.empty() ? service.image : compose::ImageTag(request_.instance, built_by, request_.release);
  }
  return images;
}

Result<FinalWorkload> ComposeWorkload::Finalise(const FinalRequest& request) const {
  const auto endpoints = EndpointsOf(ports(), request.addresses.ports, request.public_address, "");
  compose::FinalInput input{.instance = request_.instance,
                            .release = request_.release,
                            .directory = request_.directory,
                            .bind_address = request.bind_address,
                            .subnets = request.addresses.subnets,
                            .images = Images(),
                            .environment = request_.environment,
                            .limits = defaults_.limits,
                            .logs = defaults_.logs,
                            .labels = defaults_.labels};
  for (const auto& port : ports()) {
    const auto given = request.addresses.ports.find(PortName(port));
    if (port.host_port || given == request.addresses.ports.end()) continue;
    input.ports.push_back({port.service, port.container_port, port.protocol, given->second});
  }
  // The user's own values win.
  input.environment.merge(
      compose::InstanceEnvironment(request_.instance, request_.owner, request_.project, endpoints));
  FinalWorkload final{.generated = request.generated};
  EDM_CHECK(RenderFiles(request, endpoints, final, input));
  EDM_TRY(final.compose_json, compose::FinalCompose(judged_.blueprint, judged_.effective_json, input));
  return final;
}

Status ComposeWorkload::RenderFiles(const FinalRequest& request, const std::vector<Endpoint>& endpoints,
                                    FinalWorkload& final, compose::FinalInput& input) const {
  auto values = templates::InstanceValues(request_.instance, request_.owner, request_.project, endpoints);
  std::size_t number = 0;
  for (const auto& file : judged_.spec.render) {
    EDM_TRY(const auto text, tree_->Read(file.from, kTemplateBytesMax));
    EDM_TRY(const auto wanted, templates::GeneratedNames(text, file.from));
    for (const auto& name : wanted) {
      if (!final.generated.contains(name)) final.generated[name] = ToHex(entropy_.Bytes(kGeneratedBytes));
      values["generated." + name] = final.generated[name];
    }
    // Numbered, for two templates may have the same name in different folders.
    const auto below = std::to_string(number++) + "-" + std::filesystem::path(file.from).filename().string();
    EDM_TRY(final.rendered[below], templates::Render(text, file.from, values));
    for (const auto& service : judged_.blueprint.services) {
      const bool is_meant =
          file.services.empty() || std::count(file.services.begin(), file.services.end(), service.name) > 0;
      if (is_meant) input.mounts.push_back({service.name, request.rendered_directory + "/" + below, file.to});
    }
  }
  return Ok();
}

}  // namespace edm::worker
