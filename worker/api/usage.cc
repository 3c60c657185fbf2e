#include "common/rpc/mapping/usage.h"

#include "common/model/names.h"
#include "edm/v1/worker_service.pb.h"
#include "worker/api/agent_service.h"

namespace edm::worker {
namespace {

Result<v1::GetUsageResponse> Sample(UsageProbe& probe, const std::string& instance) {
  if (!instance.empty()) EDM_CHECK(CheckInstanceName(instance));
  EDM_TRY(const auto usages, probe.Sample(instance));
  v1::GetUsageResponse response;
  for (const auto& one : usages) *response.add_usages() = rpc::ToProto(one);
  return response;
}

}  // namespace

void RegisterUsage(rpc::MethodTable& table, const AgentParts& parts) {
  table.On<v1::GetUsageRequest>("edm.v1.WorkerAgent/GetUsage", [parts](std::shared_ptr<rpc::ServerCall> call,
                                                                       const v1::GetUsageRequest& request) {
    // It waits between two looks: not for the few threads of what is quick.
    RunOrRefuse(parts.streams, call, [parts, call, instance = request.instance()] {
      auto response = Sample(parts.usage, instance);
      if (!response.ok()) return call->Finish(std::move(response).error());
      call->Send(*response);
      call->Finish(Ok());
    });
  });
}

}  // namespace edm::worker
