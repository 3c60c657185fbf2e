#include "worker/adapters/docker/docker_runtime.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "common/base/text.h"
#include "common/rpc/http/target.h"
#include "worker/adapters/docker/build/engine_build.h"
#include "worker/adapters/docker/compose_create.h"
#include "worker/adapters/docker/engine_exec.h"
#include "worker/adapters/docker/engine_facts.h"
#include "worker/adapters/docker/event_watch.h"
#include "worker/adapters/docker/health_probe.h"
#include "worker/adapters/docker/image_content.h"
#include "worker/adapters/docker/json_reading.h"
#include "worker/adapters/docker/listening_sockets.h"
#include "worker/adapters/docker/listing.h"
#include "worker/adapters/docker/loans.h"
#include "worker/adapters/docker/log_stream.h"
#include "worker/adapters/docker/removal.h"
#include "worker/adapters/docker/start_in_order.h"

namespace edm::worker {
namespace {

// The only service need not be named; of several, one must be.
Result<std::string> ServiceMeant(const ExecRequest& request, const std::vector<ContainerFacts>& containers) {
  if (!request.service.empty()) return request.service;
  std::set<std::string> services;
  std::set<std::string> running;
  for (const auto& one : containers) {
    services.insert(one.service);
    if (one.state == ContainerState::kRunning) running.insert(one.service);
  }
  const auto& eligible = running.empty() ? services : running;
  if (eligible.size() == 1) return *eligible.begin();
  const std::string object = "instance " + request.instance;
  if (eligible.empty())
    return Error{Code::kFailedPrecondition, object, "it does not run", {}, "start it first"};
  const std::vector<std::string> names(eligible.begin(), eligible.end());
  return Error{Code::kInvalidArgument,
               object,
               "it has several services: " + Join(names, ", "),
               {},
               "name one, as in " + request.instance + "/" + names.front()};
}

}  // namespace

DockerRuntime::DockerRuntime(DockerOptions options, ProcessRunner& processes)
    : options_(std::move(options)), api_(options_.endpoint), processes_(processes) {}

Status DockerRuntime::Ping() { return api_.Ping(kPingDeadline); }

Result<EngineFacts> DockerRuntime::Facts() { return AskEngine(api_, processes_); }

Result<BuiltImage> DockerRuntime::Build(const BuildRequest& request, const LineSink& on_line,
                                        std::stop_token stop) {
  return BuildImage(api_, request, on_line, stop);
}

Status DockerRuntime::Up(const UpRequest& request, const LineSink& on_line, std::stop_token stop) {
  auto turn = request.at_once ? turns_.TakeAtOnce() : turns_.Take(stop);
  const auto began = std::chrono::steady_clock::now();
  EDM_CHECK(CreateProject(api_, processes_, options_.staging, request, on_line, stop));
  EDM_CHECK(Lend(api_, request.lent));
  const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began);
  const auto left = std::max(Millis(0), request.deadline - took);
  const auto within = std::min(left, request.start_within.value_or(left));
  return StartInOrder(api_, turns_, std::move(turn), request.instance, within, on_line, stop);
}

Status DockerRuntime::StopBut(const std::string& instance, const std::set<std::string>& sparing,
                              Seconds grace) {
  EDM_CHECK(StopInstance(api_, instance, sparing, grace));
  return GiveBack(api_, instance);
}

Status DockerRuntime::StartKept(const std::string& instance, std::stop_token stop) {
  return StartInOrder(api_, turns_, std::nullopt, instance, kStartDeadline, {}, stop);
}

Status DockerRuntime::Remove(const std::string& instance, bool keep_volumes) {
  return RemoveInstance(api_, instance, keep_volumes);
}

Status DockerRuntime::RemoveImage(const std::string& id_or_tag) { return RemoveImageOfOurs(api_, id_or_tag); }

Result<std::vector<ContainerFacts>> DockerRuntime::Containers(const std::string& instance) {
  EDM_TRY(const auto inspected, InspectContainers(api_, instance));
  std::vector<ContainerFacts> containers;
  for (const auto& one : inspected) containers.push_back(one.facts);
  return containers;
}

Result<Footprint> DockerRuntime::Everything() { return ListEverything(api_); }

Result<nlohmann::json> DockerRuntime::InspectImage(const std::string& id_or_tag) {
  return api_.Get("/images/" + rpc::PercentEncode(id_or_tag, "/:@") + "/json", "image " + id_or_tag);
}

Result<std::string> DockerRuntime::ImageId(const std::string& id_or_tag) {
  auto image = InspectImage(id_or_tag);
  if (image.ok()) return TextAt(*image, "Id");
  if (image.error().code == Code::kNotFound) return std::string();
  return std::move(image).error();
}

Result<std::string> DockerRuntime::ImageContent(const std::string& id_or_tag) {
  auto image = InspectImage(id_or_tag);
  if (image.ok()) return ContentOf(*image);
  if (image.error().code == Code::kNotFound) return std::string();
  return std::move(image).error();
}

Result<std::vector<ListeningPort>> DockerRuntime::ListeningPorts(const std::string& container_id) {
  EDM_TRY(const auto inspected, InspectContainer(api_, container_id));
  if (inspected.pid <= 0) {
    return Error{Code::kFailedPrecondition,
                 "container " + inspected.facts.name,
                 "it does not run",
                 {},
                 "start it first"};
  }
  return ListeningOf(inspected.pid);
}

Result<HealthProbe> DockerRuntime::ProbeHealth(const std::string& container_id, std::stop_token stop) {
  EDM_TRY(const auto inspected, InspectContainer(api_, container_id));
  return RunHealthCommand(api_, inspected, stop);
}

Status DockerRuntime::Logs(const LogRequest& request, const LogSink& on_line, std::stop_token stop) {
  return StreamLogs(api_, request, on_line, stop);
}

Result<std::unique_ptr<ExecSession>> DockerRuntime::Exec(const ExecRequest& request) {
  EDM_TRY(const auto containers, ListContainers(api_, request.instance));
  EDM_TRY(const auto service, ServiceMeant(request, containers));
  const std::string object = request.instance + "/" + service;
  const ContainerFacts* chosen = nullptr;
  for (const auto& one : containers) {
    if (one.service != service) continue;
    if (chosen == nullptr || one.state == ContainerState::kRunning) chosen = &one;
  }
  if (chosen == nullptr) {
    return Error{Code::kNotFound,
                 "service " + object,
                 "there is none of that name",
                 {},
                 "edmctl show " + request.instance + " lists the services"};
  }
  if (chosen->state != ContainerState::kRunning) {
    return Error{Code::kFailedPrecondition, object, "it does not run", {}, "start it first"};
  }
  ExecStart start{chosen->id, object, request.argv, request.tty, true, request.columns, request.rows};
  EDM_TRY(auto session, EngineExec::Start(api_, start));
  return std::unique_ptr<ExecSession>(std::move(session));
}

Status DockerRuntime::Watch(const std::function<void(const std::string&)>& on_change, std::stop_token stop) {
  return WatchEvents(api_, on_change, stop);
}

Result<std::vector<NetworkSubnet>> DockerRuntime::Subnets() { return ListSubnets(api_); }

Result<std::map<std::string, std::uint64_t>> DockerRuntime::VolumeSizes(Millis deadline) {
  return MeasureVolumes(api_, deadline);
}

}  // namespace edm::worker
