#pragma once

#include <memory>
#include <string>

#include "common/rpc/call.h"
#include "common/rpc/mapping/instance.h"
#include "common/rpc/mapping/operation.h"
#include "master/api/services/service_parts.h"
#include "master/core/not_found.h"

namespace edm::master {

using CallPointer = std::shared_ptr<rpc::ServerCall>;

inline void Reply(rpc::ServerCall& call, const google::protobuf::Message& message) {
  call.Send(message);
  call.Finish(Ok());
}

// A table's record, or the error that names the nearest.
Result<std::shared_ptr<const InstanceRecord>> FindInstance(const State& state, const std::string& id);
Result<std::shared_ptr<const OperationRecord>> FindOperation(const State& state, const std::string& id);

// Answers with the operation as it stands in the view, or with the error.
void ReplyOperation(rpc::ServerCall& call, const Cluster& cluster, const Result<Accepted>& accepted);
void ReplyInstance(rpc::ServerCall& call, const Cluster& cluster, const Result<Accepted>& accepted);

// Where the worker of an instance is; kFailedPrecondition when it has none.
Result<WorkerAddress> HolderAddress(const State& state, const std::string& instance);

// Runs `work` on the pool, or ends the call with kResourceExhausted.
void OnPool(const ServiceParts& parts, const CallPointer& call, std::function<void()> work);

}  // namespace edm::master
