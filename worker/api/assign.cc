#include <google/protobuf/empty.pb.h>

#include "common/rpc/mapping/order.h"
#include "edm/v1/worker_service.pb.h"
#include "worker/api/agent_service.h"
#include "worker/api/event_stream.h"

namespace edm::worker {
namespace {

void Assign(const AgentParts& parts, const std::shared_ptr<rpc::ServerCall>& call,
            const v1::AssignRequest& request) {
  auto order = rpc::FromProto(request.order());
  if (!order.ok()) return call->Finish(std::move(order).error());
  AttemptKey key{order->instance, order->attempt};
  if (auto status = parts.attempts.Assign(std::move(*order)); !status.ok())
    return call->Finish(std::move(status));
  EventStream::Start(parts, call, std::move(key), request.after_cursor());
}

void Cancel(const AgentParts& parts, const std::shared_ptr<rpc::ServerCall>& call,
            const v1::CancelAttemptRequest& request) {
  auto status =
      parts.attempts.Cancel(request.epoch(), request.instance(), request.attempt(), request.reason());
  if (status.ok()) call->Send(google::protobuf::Empty());
  call->Finish(std::move(status));
}

}  // namespace

void RegisterAssign(rpc::MethodTable& table, const AgentParts& parts) {
  table.On<v1::AssignRequest>("edm.v1.WorkerAgent/Assign", [parts](std::shared_ptr<rpc::ServerCall> call,
                                                                   const v1::AssignRequest& request) {
    RunOrRefuse(parts.pool, call, [parts, call, request] { Assign(parts, call, request); });
  });
  table.On<v1::CancelAttemptRequest>(
      "edm.v1.WorkerAgent/CancelAttempt",
      [parts](std::shared_ptr<rpc::ServerCall> call, const v1::CancelAttemptRequest& request) {
        RunOrRefuse(parts.pool, call, [parts, call, request] { Cancel(parts, call, request); });
      });
}

}  // namespace edm::worker
