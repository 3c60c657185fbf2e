#include "master/api/services/reply.h"

#include "common/model/member_name.h"
#include "master/core/members.h"

namespace edm::master {

Result<std::shared_ptr<const InstanceRecord>> FindInstance(const State& state, const std::string& id) {
  EDM_CHECK(CheckInstanceName(id));
  auto record = state.instances.Find(id);
  if (record == nullptr) return NoSuch("instance", id, state.instances, "edmctl ls");
  return record;
}

Result<std::shared_ptr<const OperationRecord>> FindOperation(const State& state, const std::string& id) {
  auto record = state.operations.Find(id);
  if (record == nullptr) return NoSuch("operation", id, state.operations, "edmctl op ls");
  return record;
}

void ReplyOperation(rpc::ServerCall& call, const Cluster& cluster, const Result<Accepted>& accepted) {
  if (!accepted.ok()) return call.Finish(accepted.error());
  const auto record = cluster.View()->operations.Find(accepted->operation);
  if (record == nullptr) {
    return call.Finish(Error{Code::kNotFound,
                             "operation " + accepted->operation,
                             "it ended long ago and is not kept",
                             {},
                             "edmctl op ls"});
  }
  Reply(call, rpc::ToProto(record->operation));
}

void ReplyInstance(rpc::ServerCall& call, const Cluster& cluster, const Result<Accepted>& accepted) {
  if (!accepted.ok()) return call.Finish(accepted.error());
  const auto record = FindInstance(*cluster.View(), accepted->instance);
  if (!record.ok()) return call.Finish(record.error());
  Reply(call, rpc::ToProto((*record)->instance));
}

Result<WorkerAddress> HolderAddress(const State& state, const std::string& instance) {
  EDM_TRY(const auto record, FindInstance(state, instance));
  if (IsSet(record->instance)) {
    return Error{
        Code::kFailedPrecondition,
        "instance " + instance,
        "it has members, each on a worker",
        {},
        "name one of them, as " + MemberOf(instance, 1) + "; edmctl show " + instance + " lists them"};
  }
  const auto& id = record->instance.status.worker;
  const auto worker = state.workers.Find(id);
  if (worker == nullptr) {
    return Error{Code::kFailedPrecondition,
                 "instance " + instance,
                 "it is on no worker yet",
                 {},
                 "edmctl deploy, then try again"};
  }
  if (worker->state == WorkerState::kLost) {
    return Error{
        Code::kUnavailable, "worker " + id, "it is lost: no beat came for a while", {}, "edmctl worker ls"};
  }
  return WorkerAddress{id, worker->facts.rpc_address};
}

void OnPool(const ServiceParts& parts, const CallPointer& call, std::function<void()> work) {
  if (parts.pool.Post(std::move(work))) return;
  call->Finish(Error{
      Code::kResourceExhausted, "master", "too much work waits already", {}, "try again a little later"});
}

}  // namespace edm::master
