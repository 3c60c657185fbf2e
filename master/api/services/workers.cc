#include <google/protobuf/empty.pb.h>

#include "edm/v1/master_service.pb.h"
#include "master/api/services/names_of.h"
#include "master/api/services/origin.h"
#include "master/api/services/reply.h"
#include "master/rpc/record.h"

namespace edm::master {
namespace {

constexpr std::size_t kLabelsMax = 64;       // of one worker, given by people
constexpr std::size_t kLabelBytesMax = 128;  // of a key, or of its value

Status CheckLabels(const v1::UpdateWorkerRequest& request) {
  const auto too_long = [](const std::string& text) { return text.size() > kLabelBytesMax; };
  bool good = static_cast<std::size_t>(request.labels_size()) <= kLabelsMax;
  for (const auto& [key, value] : request.labels())
    good = good && !key.empty() && !too_long(key) && !too_long(value);
  if (good) return Ok();
  return Error{Code::kInvalidArgument,
               "labels",
               "a key is empty, a text is longer than 128 bytes, or there are more than 64",
               {},
               "for example zone=a"};
}

Result<Command> ToCommand(rpc::ServerCall& call, const ServiceParts& parts,
                          const v1::UpdateWorkerRequest& request) {
  ChangeWorker command;
  EDM_TRY(command.origin, OriginOf(call, parts, request));
  EDM_CHECK(CheckWorkerId(request.id()));
  EDM_CHECK(CheckLabels(request));
  command.id = request.id();
  if (request.has_availability()) {
    if (!v1::Worker::Availability_IsValid(request.availability())) {
      return Error{Code::kInvalidArgument,
                   "availability",
                   "it is none that is known",
                   {},
                   "ACTIVE, CLOSED or EMPTYING"};
    }
    command.availability = static_cast<Availability>(request.availability());
  }
  command.labels = {request.labels().begin(), request.labels().end()};
  command.remove_labels = {request.remove_labels().begin(), request.remove_labels().end()};
  if (!request.revision().empty()) {
    EDM_TRY(command.revision, ParseRevision(request.revision()));
  }
  return Command(std::move(command));
}

Result<Command> ToCommand(rpc::ServerCall& call, const ServiceParts& parts,
                          const v1::RemoveWorkerRequest& request) {
  RemoveWorker command;
  EDM_TRY(command.origin, OriginOf(call, parts, request));
  EDM_CHECK(CheckWorkerId(request.id()));
  command.id = request.id();
  command.force = request.force();
  return Command(std::move(command));
}

Result<Command> ToCommand(rpc::ServerCall& call, const ServiceParts& parts,
                          const v1::ResumeMovesRequest& request) {
  ResumeMoves command;
  EDM_TRY(command.origin, OriginOf(call, parts, request));
  return Command(std::move(command));
}

// Answers with Empty once the command is in force.
template <class Request>
void OnCommand(rpc::MethodTable& table, const ServiceParts& parts, std::string_view name) {
  table.On<Request>(name, [parts](CallPointer call, const Request& request) {
    auto command = ToCommand(*call, parts, request);
    if (!command.ok()) return call->Finish(command.error());
    parts.cluster.Submit(std::move(command).value(), [call](const Result<Accepted>& accepted) {
      if (!accepted.ok()) return call->Finish(accepted.error());
      Reply(*call, google::protobuf::Empty());
    });
  });
}

void OnUpdate(const ServiceParts& parts, const CallPointer& call, const v1::UpdateWorkerRequest& request) {
  auto command = ToCommand(*call, parts, request);
  if (!command.ok()) return call->Finish(command.error());
  parts.cluster.Submit(std::move(command).value(),
                       [call, id = request.id(), &cluster = parts.cluster](const Result<Accepted>& accepted) {
                         if (!accepted.ok()) return call->Finish(accepted.error());
                         const auto view = cluster.View();
                         const auto worker = view->workers.Find(id);
                         if (worker == nullptr)
                           return call->Finish(NoSuch("worker", id, view->workers, "edmctl worker ls"));
                         Reply(*call, ToProto(*worker));
                       });
}

void Describe(const Standing& standing, v1::Version& version) {
  version.set_role(static_cast<v1::Version::Role>(standing.role));
  version.set_epoch(standing.epoch);
  if (standing.role == Standing::Role::kAlone) return;
  version.set_master(standing.self.name);
  if (!standing.leader) return;
  version.set_leader(standing.leader->name);
  version.set_leader_address(standing.leader->grpc_address);
}

}  // namespace

void RegisterWorkers(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::ListWorkersRequest>("edm.v1.Master/ListWorkers", [parts](CallPointer call, const auto&) {
    v1::ListWorkersResponse response;
    const auto view = parts.cluster.View();
    for (const auto& [id, worker] : view->workers.all()) *response.add_workers() = ToProto(*worker);
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
  table.On<v1::UpdateWorkerRequest>(
      "edm.v1.Master/UpdateWorker",
      [parts](CallPointer call, const auto& request) { OnUpdate(parts, call, request); });
  OnCommand<v1::RemoveWorkerRequest>(table, parts, "edm.v1.Master/RemoveWorker");
  OnCommand<v1::ResumeMovesRequest>(table, parts, "edm.v1.Master/ResumeMoves");
  table.On<google::protobuf::Empty>("edm.v1.Master/GetVersion", [parts](CallPointer call, const auto&) {
    v1::Version version;
    version.set_version(parts.build.version);
    version.set_commit(parts.build.commit);
    version.set_api(1);
    version.set_http_url(parts.build.http_url);
    Describe(parts.helm.Now(), version);
    Reply(*call, version);
  });
}

void RegisterMaster(rpc::MethodTable& table, const ServiceParts& parts) {
  RegisterInstances(table, parts);
  RegisterLifecycle(table, parts);
  RegisterUpload(table, parts);
  RegisterReleases(table, parts);
  RegisterPlan(table, parts);
  RegisterOperations(table, parts);
  RegisterWatch(table, parts);
  RegisterLogs(table, parts);
  RegisterExec(table, parts);
  RegisterWorkers(table, parts);
  RegisterInsight(table, parts);
  RegisterUsage(table, parts);
  RegisterDisk(table, parts);
  RegisterBackup(table, parts);
  RegisterTokens(table, parts);
  RegisterTemplates(table, parts);
}

}  // namespace edm::master
