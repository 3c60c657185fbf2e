#include "tests/unit/master/rest_routes.h"

#include <google/protobuf/empty.pb.h>

#include <memory>

#include "edm/v1/master_service.pb.h"

namespace edm::master::rest {
namespace {

template <class Request>
void Serve(rpc::MethodTable& table, const char* name) {
  const auto path = std::string("edm.v1.Master/") + name;
  const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      std::string("edm.v1.Master.") + name);
  const auto* answer =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(method->output_type());
  table.On<Request>(path, [answer](auto call, const auto&) {
    call->Send(*answer);
    call->Finish(Ok());
  });
}

}  // namespace

void ServeEveryMethod(rpc::MethodTable& table) {
  Serve<v1::CreateInstanceRequest>(table, "CreateInstance");
  Serve<v1::GetInstanceRequest>(table, "GetInstance");
  Serve<v1::ListInstancesRequest>(table, "ListInstances");
  Serve<v1::UpdateInstanceRequest>(table, "UpdateInstance");
  Serve<v1::UploadSourceRequest>(table, "UploadSource");
  Serve<v1::SetSourceRequest>(table, "SetSource");
  Serve<v1::BuildInstanceRequest>(table, "BuildInstance");
  Serve<v1::StartInstanceRequest>(table, "StartInstance");
  Serve<v1::StopInstanceRequest>(table, "StopInstance");
  Serve<v1::RestartInstanceRequest>(table, "RestartInstance");
  Serve<v1::RefreshInstanceRequest>(table, "RefreshInstance");
  Serve<v1::DeployInstanceRequest>(table, "DeployInstance");
  Serve<v1::RollbackInstanceRequest>(table, "RollbackInstance");
  Serve<v1::ScaleInstanceRequest>(table, "ScaleInstance");
  Serve<v1::MoveInstanceRequest>(table, "MoveInstance");
  Serve<v1::RecoverInstanceRequest>(table, "RecoverInstance");
  Serve<v1::DeleteInstanceRequest>(table, "DeleteInstance");
  Serve<v1::GetFootprintRequest>(table, "GetFootprint");
  Serve<v1::ListReleasesRequest>(table, "ListReleases");
  Serve<v1::StreamLogsRequest>(table, "StreamLogs");
  Serve<v1::RunCommandRequest>(table, "RunCommand");
  Serve<v1::ExecInput>(table, "Exec");
  Serve<v1::GetOperationRequest>(table, "GetOperation");
  Serve<v1::ListOperationsRequest>(table, "ListOperations");
  Serve<v1::WatchOperationRequest>(table, "WatchOperation");
  Serve<v1::CancelOperationRequest>(table, "CancelOperation");
  Serve<v1::WaitOperationRequest>(table, "WaitOperation");
  Serve<v1::ListWorkersRequest>(table, "ListWorkers");
  Serve<v1::GetWorkerRequest>(table, "GetWorker");
  Serve<v1::UpdateWorkerRequest>(table, "UpdateWorker");
  Serve<v1::RemoveWorkerRequest>(table, "RemoveWorker");
  Serve<v1::ResumeMovesRequest>(table, "ResumeMoves");
  Serve<v1::GetWorkerLoadRequest>(table, "GetWorkerLoad");
  Serve<v1::PlanPlacementRequest>(table, "PlanPlacement");
  Serve<v1::GetUsageRequest>(table, "GetUsage");
  Serve<v1::GetDiskRequest>(table, "GetDisk");
  Serve<google::protobuf::Empty>(table, "GetStatus");
  Serve<v1::BackupRequest>(table, "Backup");
  Serve<v1::WatchEventsRequest>(table, "WatchEvents");
  Serve<google::protobuf::Empty>(table, "GetVersion");
  Serve<v1::CreateTokenRequest>(table, "CreateToken");
  Serve<v1::ListTokensRequest>(table, "ListTokens");
  Serve<v1::RevokeTokenRequest>(table, "RevokeToken");
  Serve<v1::UploadTemplateRequest>(table, "UploadTemplate");
  Serve<v1::ListTemplatesRequest>(table, "ListTemplates");
  Serve<v1::DeleteTemplateRequest>(table, "DeleteTemplate");
}

}  // namespace edm::master::rest
