#include "common/model/names.h"
#include "common/rpc/mapping/time.h"
#include "edm/v1/worker_service.pb.h"
#include "worker/api/agent_service.h"
#include "worker/api/log_sender.h"

namespace edm::worker {
namespace {

v1::LogLine ToProto(const LogLine& line) {
  v1::LogLine message;
  message.set_service(line.service);
  message.set_container(line.container);
  message.set_is_stderr(line.is_stderr);
  message.set_text(line.text);
  *message.mutable_time() = rpc::ToProto(line.time);
  return message;
}

Result<LogRequest> Read(const v1::StreamLogsRequest& request) {
  EDM_CHECK(CheckInstanceName(request.id()));
  if (request.build()) {
    return Error{.code = Code::kFailedPrecondition,
                 .object = "build log of " + request.id(),
                 .cause = "a worker keeps it with the attempt's events",
                 .hint = "ask the master for it"};
  }
  LogRequest wanted{.instance = request.id(),
                    .services = {request.services().begin(), request.services().end()},
                    .follow = request.follow()};
  if (request.has_since()) wanted.since = rpc::FromProto(request.since());
  if (request.has_tail()) wanted.tail = request.tail();
  return wanted;
}

void Stream(const AgentParts& parts, const std::shared_ptr<LogSender>& sender, const LogRequest& wanted) {
  auto status = parts.runtime.Logs(
      wanted, [&](const LogLine& line) { sender->Send(ToProto(line)); }, sender->stop());
  sender->Finish(std::move(status));
}

}  // namespace

void RegisterLogs(rpc::MethodTable& table, const AgentParts& parts) {
  table.On<v1::StreamLogsRequest>("edm.v1.WorkerAgent/StreamLogs", [parts](
                                                                       std::shared_ptr<rpc::ServerCall> call,
                                                                       const v1::StreamLogsRequest& request) {
    auto wanted = Read(request);
    if (!wanted.ok()) return call->Finish(std::move(wanted).error());
    auto sender = LogSender::For(call);
    RunOrRefuse(parts.streams, call, [parts, sender, wanted = *wanted] { Stream(parts, sender, wanted); });
  });
}

}  // namespace edm::worker
