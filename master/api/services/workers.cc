#include <google/protobuf/empty.pb.h>

#include "edm/v1/master_service.pb.h"
#include "master/api/services/reply.h"
#include "master/rpc/record.h"

namespace edm::master {

void RegisterWorkers(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::ListWorkersRequest>("edm.v1.Master/ListWorkers", [parts](CallPointer call, const auto&) {
    v1::ListWorkersResponse response;
    for (const auto& [id, worker] : parts.cluster.View()->workers.all())
      *response.add_workers() = ToProto(*worker);
    Reply(*call, response);
  });
  table.On<v1::GetWorkerRequest>("edm.v1.Master/GetWorker", [parts](CallPointer call, const auto& request) {
    const auto view = parts.cluster.View();
    if (auto good = CheckWorkerId(request.id()); !good.ok()) return call->Finish(good);
    const auto worker = view->workers.Find(request.id());
    if (worker == nullptr)
      return call->Finish(NoSuch("worker", request.id(), view->workers, "edmctl worker ls"));
    Reply(*call, ToProto(*worker));
  });
  table.On<google::protobuf::Empty>("edm.v1.Master/GetVersion", [parts](CallPointer call, const auto&) {
    v1::Version version;
    version.set_version(parts.build.version);
    version.set_commit(parts.build.commit);
    version.set_api(1);
    version.set_http_url(parts.build.http_url);
    Reply(*call, version);
  });
}

void RegisterMaster(rpc::MethodTable& table, const ServiceParts& parts) {
  RegisterInstances(table, parts);
  RegisterLifecycle(table, parts);
  RegisterUpload(table, parts);
  RegisterReleases(table, parts);
  RegisterOperations(table, parts);
  RegisterWatch(table, parts);
  RegisterLogs(table, parts);
  RegisterExec(table, parts);
  RegisterWorkers(table, parts);
  RegisterTokens(table, parts);
  RegisterTemplates(table, parts);
}

}  // namespace edm::master
