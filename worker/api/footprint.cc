#include "common/model/names.h"
#include "edm/v1/worker_service.pb.h"
#include "worker/api/agent_service.h"

namespace edm::worker {
namespace {

std::string NameOf(const Footprint::Object& object) { return object.name.empty() ? object.id : object.name; }

Result<v1::Footprint> Look(const AgentParts& parts, const std::string& instance) {
  EDM_CHECK(CheckInstanceId(instance));
  EDM_TRY(const auto everything, parts.runtime.Everything());
  EDM_TRY(const auto releases, parts.files.Releases(instance));
  v1::Footprint footprint;
  for (const auto& one : everything.containers) {
    if (one.instance == instance) footprint.add_containers(one.name);
  }
  for (const auto& one : everything.networks) {
    if (one.instance == instance) footprint.add_networks(NameOf(one));
  }
  for (const auto& one : everything.volumes) {
    if (one.instance == instance) footprint.add_volumes()->set_name(NameOf(one));
  }
  for (const auto& one : everything.images) {
    if (one.instance == instance) footprint.add_images(NameOf(one));
  }
  footprint.set_releases(static_cast<std::uint32_t>(releases.size()));
  return footprint;
}

}  // namespace

void RegisterFootprint(rpc::MethodTable& table, const AgentParts& parts) {
  table.On<v1::GetFootprintRequest>(
      "edm.v1.WorkerAgent/GetFootprint",
      [parts](std::shared_ptr<rpc::ServerCall> call, const v1::GetFootprintRequest& request) {
        RunOrRefuse(parts.pool, call, [parts, call, id = request.id()] {
          auto footprint = Look(parts, id);
          if (!footprint.ok()) return call->Finish(std::move(footprint).error());
          call->Send(*footprint);
          call->Finish(Ok());
        });
      });
}

}  // namespace edm::worker
