#include "common/rpc/mapping/time.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/instance_to_make.h"
#include "master/api/services/origin.h"
#include "master/api/services/reply.h"
#include "master/api/services/take_plan.h"

namespace edm::master {
namespace {

template <class Request>
concept HasTimeout = requires(const Request& request) {
  request.timeout();
};

template <class Request>
Result<Begin> BeginOf(const rpc::ServerCall& call, const ServiceParts& parts, const Request& request,
                      OperationKind kind) {
  Begin begin;
  EDM_TRY(begin.origin, OriginOf(call, parts, request));
  EDM_CHECK(CheckInstanceName(request.id()));
  begin.instance = request.id();
  begin.kind = kind;
  begin.operation = FreshOperationId(parts.entropy);
  if constexpr (HasTimeout<Request>) {
    if (request.has_timeout()) begin.timeout = rpc::FromProto(request.timeout());
  }
  return begin;
}

Status CheckSource(const std::string& url, const std::string& ref) {
  if (!url.empty()) EDM_CHECK(CheckGitUrl(url));
  if (!ref.empty()) EDM_CHECK(CheckRef(ref));
  return Ok();
}

Status Complete(const State&, Begin& begin, const v1::BuildInstanceRequest& request) {
  begin.no_cache = request.no_cache();
  return Ok();
}
Status Complete(const State& state, Begin& begin, const v1::DeployInstanceRequest& request) {
  EDM_CHECK(CheckSource(request.git_url(), request.ref()));
  begin.git_url = request.git_url();
  begin.ref = request.ref();
  begin.no_cache = request.no_cache();
  if (!v1::Until::Value_IsValid(request.until())) {
    return Error{Code::kInvalidArgument, "until", "it is none that is known", {}, "SOURCE, BUILT or RUNNING"};
  }
  begin.until = static_cast<Until>(request.until());
  EDM_CHECK(TakePlan(request, begin));
  if (request.create()) {
    EDM_TRY(begin.create, InstanceToMake(state, request));
  }
  return Ok();
}
Status Complete(const State&, Begin& begin, const v1::SetSourceRequest& request) {
  if (request.git_url().empty()) {
    return Error{Code::kInvalidArgument,
                 "git_url",
                 "it is missing",
                 {},
                 "give the URL of a git repo, or upload files"};
  }
  EDM_CHECK(CheckSource(request.git_url(), request.ref()));
  begin.git_url = request.git_url();
  begin.ref = request.ref();
  begin.until = Until::kSource;
  return Ok();
}
Status Complete(const State&, Begin& begin, const v1::RollbackInstanceRequest& request) {
  begin.release = request.release();
  return Ok();
}
Status Complete(const State&, Begin& begin, const v1::DeleteInstanceRequest& request) {
  begin.keep_volumes = request.keep_volumes();
  return Ok();
}
Status Complete(const State&, Begin& begin, const v1::ScaleInstanceRequest& request) {
  begin.replicas = request.replicas();
  return Ok();
}
Status Complete(const State&, Begin& begin, const v1::MoveInstanceRequest& request) {
  if (!request.worker().empty()) EDM_CHECK(CheckWorkerId(request.worker()));
  begin.to = request.worker();
  begin.give_up_data = request.give_up_data();
  return Ok();
}
Status Complete(const State&, Begin& begin, const v1::RecoverInstanceRequest&) {
  begin.give_up_data = true;
  begin.only_if_lost = true;
  return Ok();
}
template <class Request>
Status Complete(const State&, Begin&, const Request&) {
  return Ok();
}

// A deploy without anything new said, of a source that is known, needs not ask the git server.
void UseKnownSource(Begin& begin, const State& state) {
  if (begin.kind != OperationKind::kDeploy || !begin.git_url.empty() || !begin.ref.empty()) return;
  const auto record = state.instances.Find(begin.instance);
  if (record && record->instance.status.source.kind == SourceKind::kGit)
    begin.ref = record->instance.status.source.commit;
}

template <class Request>
void OnBegin(rpc::MethodTable& table, const ServiceParts& parts, std::string_view name, OperationKind kind) {
  table.On<Request>(name, [parts, kind](CallPointer call, const Request& request) {
    auto begin = BeginOf(*call, parts, request, kind);
    if (!begin.ok()) return call->Finish(begin.error());
    const auto view = parts.cluster.View();
    if (auto complete = Complete(*view, *begin, request); !complete.ok()) return call->Finish(complete);
    UseKnownSource(*begin, *view);
    parts.cluster.Submit(std::move(begin).value(),
                         [call, &cluster = parts.cluster](const Result<Accepted>& accepted) {
                           ReplyOperation(*call, cluster, accepted);
                         });
  });
}

}  // namespace

void RegisterLifecycle(rpc::MethodTable& table, const ServiceParts& parts) {
  OnBegin<v1::SetSourceRequest>(table, parts, "edm.v1.Master/SetSource", OperationKind::kSource);
  OnBegin<v1::BuildInstanceRequest>(table, parts, "edm.v1.Master/BuildInstance", OperationKind::kBuild);
  OnBegin<v1::StartInstanceRequest>(table, parts, "edm.v1.Master/StartInstance", OperationKind::kStart);
  OnBegin<v1::StopInstanceRequest>(table, parts, "edm.v1.Master/StopInstance", OperationKind::kStop);
  OnBegin<v1::RestartInstanceRequest>(table, parts, "edm.v1.Master/RestartInstance", OperationKind::kRestart);
  OnBegin<v1::RefreshInstanceRequest>(table, parts, "edm.v1.Master/RefreshInstance", OperationKind::kRefresh);
  OnBegin<v1::DeployInstanceRequest>(table, parts, "edm.v1.Master/DeployInstance", OperationKind::kDeploy);
  OnBegin<v1::RollbackInstanceRequest>(table, parts, "edm.v1.Master/RollbackInstance",
                                       OperationKind::kRollback);
  OnBegin<v1::ScaleInstanceRequest>(table, parts, "edm.v1.Master/ScaleInstance", OperationKind::kScale);
  OnBegin<v1::MoveInstanceRequest>(table, parts, "edm.v1.Master/MoveInstance", OperationKind::kMove);
  OnBegin<v1::RecoverInstanceRequest>(table, parts, "edm.v1.Master/RecoverInstance", OperationKind::kMove);
  OnBegin<v1::DeleteInstanceRequest>(table, parts, "edm.v1.Master/DeleteInstance", OperationKind::kDelete);
}

}  // namespace edm::master
