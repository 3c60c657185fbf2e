#include "common/rpc/mapping/disk.h"

#include "edm/v1/worker_service.pb.h"
#include "worker/api/agent_service.h"

namespace edm::worker {

void RegisterDisk(rpc::MethodTable& table, const AgentParts& parts) {
  table.On<v1::GetDiskRequest>("edm.v1.WorkerAgent/GetDisk",
                               [parts](std::shared_ptr<rpc::ServerCall> call, const v1::GetDiskRequest&) {
                                 // The engine may take half a minute: not for the few threads of what is
                                 // quick.
                                 RunOrRefuse(parts.streams, call, [parts, call] {
                                   call->Send(rpc::ToProto(parts.disk.Usage()));
                                   call->Finish(Ok());
                                 });
                               });
}

}  // namespace edm::worker
