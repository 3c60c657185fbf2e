#include "worker/api/agent_service.h"

namespace edm::worker {

void RegisterAgent(rpc::MethodTable& table, const AgentParts& parts) {
  RegisterAssign(table, parts);
  RegisterLogs(table, parts);
  RegisterExec(table, parts);
  RegisterFootprint(table, parts);
  RegisterUsage(table, parts);
  RegisterDisk(table, parts);
}

void RunOrRefuse(Executor& executor, const std::shared_ptr<rpc::ServerCall>& call,
                 std::function<void()> work) {
  if (executor.Post(std::move(work))) return;
  call->Finish(Error{.code = Code::kResourceExhausted,
                     .object = "worker",
                     .cause = "too many calls wait for it already",
                     .hint = "try again in a moment"});
}

}  // namespace edm::worker
