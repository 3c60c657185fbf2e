#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/rpc/mapping/release.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/names_of.h"
#include "master/api/services/origin.h"
#include "master/api/services/pages.h"
#include "master/api/services/reply.h"

namespace edm::master {
namespace {

Result<Command> ToCommand(rpc::ServerCall& call, const ServiceParts& parts,
                          const v1::CreateInstanceRequest& request) {
  CreateInstance command;
  EDM_TRY(command.origin, OriginOf(call, parts, request));
  auto& instance = command.instance;
  instance.id = request.id().empty() ? ToHex(parts.entropy.Bytes(12)) : request.id();
  instance.owner = request.owner();
  instance.project = request.project();
  instance.description = request.description();
  instance.annotations = {request.annotations().begin(), request.annotations().end()};
  instance.spec = rpc::FromProto(request.spec());
  EDM_CHECK(CompleteAndCheck(instance));
  return Command(std::move(command));
}

// Where it may run; what is not given is judged as if it were empty, which nothing minds.
Status TakeWishes(const v1::UpdateInstanceRequest& request, UpdateInstance& command) {
  InstanceSpec spec;
  spec.worker_labels = {request.worker_labels().begin(), request.worker_labels().end()};
  command.worker_labels = spec.worker_labels;
  if (request.has_memory_mib()) command.memory_mib = spec.memory_mib = request.memory_mib();
  if (request.has_cpus()) command.cpus = spec.cpus = request.cpus();
  if (request.has_requirements())
    command.requirements = spec.requirements = rpc::FromProto(request.requirements());
  return CheckWishes(request.id(), spec);
}

Result<Command> ToCommand(rpc::ServerCall& call, const ServiceParts& parts,
                          const v1::UpdateInstanceRequest& request) {
  UpdateInstance command;
  EDM_TRY(command.origin, OriginOf(call, parts, request));
  EDM_CHECK(CheckInstanceId(request.id()));
  command.id = request.id();
  command.environment = {request.environment().begin(), request.environment().end()};
  command.replace_environment = request.replace_environment();
  command.annotations = {request.annotations().begin(), request.annotations().end()};
  EDM_CHECK(CheckEnvironment(command.environment));
  EDM_CHECK(CheckAnnotations(command.annotations));
  if (request.has_description()) {
    EDM_CHECK(CheckDescription(request.description()));
    command.description = request.description();
  }
  if (request.has_template_()) {
    if (!request.template_().empty()) EDM_CHECK(CheckTemplateName(request.template_()));
    command.template_name = request.template_();
  }
  if (request.has_branch()) {
    EDM_CHECK(CheckBranch(request.branch()));
    command.branch = request.branch();
  }
  EDM_CHECK(TakeWishes(request, command));
  if (!request.revision().empty()) {
    EDM_TRY(command.revision, ParseRevision(request.revision()));
  }
  return Command(std::move(command));
}

bool Matches(const v1::ListInstancesRequest& request, const Instance& instance) {
  if (!request.owner().empty() && Folded(request.owner()) != Folded(instance.owner)) return false;
  if (!request.project().empty() && Folded(request.project()) != Folded(instance.project)) return false;
  if (!request.worker().empty() && request.worker() != instance.status.worker) return false;
  return request.phase().empty() || Folded(request.phase()) == Folded(PhaseName(instance.status.phase));
}

Result<v1::ListInstancesResponse> List(const State& state, const v1::ListInstancesRequest& request) {
  EDM_TRY(const auto page, PageOf(request.page_size(), request.page_token()));
  v1::Phase::Value ignored;
  auto phase = request.phase();
  for (auto& c : phase) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  if (!phase.empty() && !v1::Phase::Value_Parse(phase, &ignored)) {
    return Error{Code::kInvalidArgument,
                 "phase",
                 "there is no phase " + Shown(request.phase()),
                 {},
                 "for example RUNNING, STOPPED, FAILED"};
  }
  v1::ListInstancesResponse response;
  const auto& all = state.instances.all();
  for (auto at = page.after.empty() ? all.begin() : all.upper_bound(page.after); at != all.end(); ++at) {
    if (!Matches(request, at->second->instance)) continue;
    if (static_cast<std::uint32_t>(response.instances_size()) == page.size) {
      response.set_next_page_token(TokenAfter(response.instances().rbegin()->id()));
      break;
    }
    *response.add_instances() = rpc::ToProto(at->second->instance);
  }
  return response;
}

}  // namespace

void RegisterInstances(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::CreateInstanceRequest>(
      "edm.v1.Master/CreateInstance", [parts](CallPointer call, const auto& request) {
        auto command = ToCommand(*call, parts, request);
        if (!command.ok()) return call->Finish(command.error());
        parts.cluster.Submit(std::move(command).value(),
                             [call, &cluster = parts.cluster](const Result<Accepted>& accepted) {
                               ReplyInstance(*call, cluster, accepted);
                             });
      });
  table.On<v1::UpdateInstanceRequest>(
      "edm.v1.Master/UpdateInstance", [parts](CallPointer call, const auto& request) {
        auto command = ToCommand(*call, parts, request);
        if (!command.ok()) return call->Finish(command.error());
        parts.cluster.Submit(std::move(command).value(),
                             [call, &cluster = parts.cluster](const Result<Accepted>& accepted) {
                               ReplyInstance(*call, cluster, accepted);
                             });
      });
  table.On<v1::GetInstanceRequest>("edm.v1.Master/GetInstance",
                                   [parts](CallPointer call, const auto& request) {
                                     const auto record = FindInstance(*parts.cluster.View(), request.id());
                                     if (!record.ok()) return call->Finish(record.error());
                                     Reply(*call, rpc::ToProto((*record)->instance));
                                   });
  table.On<v1::ListInstancesRequest>("edm.v1.Master/ListInstances",
                                     [parts](CallPointer call, const auto& request) {
                                       const auto response = List(*parts.cluster.View(), request);
                                       if (!response.ok()) return call->Finish(response.error());
                                       Reply(*call, *response);
                                     });
}

}  // namespace edm::master
