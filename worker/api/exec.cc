#include "common/model/names.h"
#include "edm/v1/worker_service.pb.h"
#include "worker/api/agent_service.h"
#include "worker/api/paced_sender.h"

namespace edm::worker {
namespace {

// A terminal: one thread carries output, and each message of the client is one task, so that the client is
// read no faster than the command takes its input.
struct Terminal : std::enable_shared_from_this<Terminal> {
  Terminal(const AgentParts& agent, std::shared_ptr<PacedSender> to, std::unique_ptr<ExecSession> opened)
      : parts(agent), sender(std::move(to)), session(std::move(opened)) {}

  const AgentParts parts;
  const std::shared_ptr<PacedSender> sender;
  const std::unique_ptr<ExecSession> session;

  void CarryOutput() {
    const std::stop_callback on_gone(sender->stop(), [this] { session->Interrupt(); });
    for (;;) {
      auto chunk = session->Read();
      if (!chunk.ok()) return sender->call().Finish(std::move(chunk).error());
      if (chunk->bytes.empty()) break;
      v1::ExecOutput output;
      auto* bytes =
          chunk->stream == ExecOutput::kStdout ? output.mutable_output() : output.mutable_error_output();
      *bytes = std::move(chunk->bytes);
      if (!sender->Send(output)) break;
    }
    const auto code = session->ExitCode();
    if (!code.ok()) return sender->call().Finish(code.error());
    v1::ExecOutput last;
    last.set_exit_code(*code);
    sender->Send(last);
    sender->call().Finish(Ok());
  }

  void ReadInput() {
    sender->call().Read([self = shared_from_this()](const google::protobuf::Message* message) {
      if (message == nullptr) {
        self->Post([self] { [[maybe_unused]] const auto closed = self->session->CloseInput(); });
        return;
      }
      const auto input = static_cast<const v1::ExecInput&>(*message);
      self->Post([self, input] {
        // A command that takes no more input ends by itself, and says so with its exit code.
        [[maybe_unused]] const auto taken = self->Take(input);
        self->ReadInput();
      });
    });
  }

  Status Take(const v1::ExecInput& input) {
    switch (input.what_case()) {
      case v1::ExecInput::kInput:
        return session->Write(input.input());
      case v1::ExecInput::kEndOfInput:
        return session->CloseInput();
      case v1::ExecInput::kResize:
        return session->Resize(static_cast<std::uint16_t>(input.resize().columns()),
                               static_cast<std::uint16_t>(input.resize().rows()));
      default:
        return Ok();
    }
  }

  void Post(std::function<void()> work) {
    if (!parts.streams.Post(std::move(work))) session->Interrupt();
  }
};

Result<ExecRequest> Read(const v1::ExecInput& first) {
  if (first.what_case() != v1::ExecInput::kStart) {
    return Error{.code = Code::kInvalidArgument,
                 .object = "exec",
                 .cause = "its first message does not say what to run",
                 .hint = "send start first"};
  }
  const auto& start = first.start();
  EDM_CHECK(CheckInstanceName(start.id()));
  ExecRequest request{.instance = start.id(),
                      .service = start.service(),
                      .argv = {start.argv().begin(), start.argv().end()},
                      .tty = start.tty()};
  if (start.has_size()) {
    request.columns = static_cast<std::uint16_t>(start.size().columns());
    request.rows = static_cast<std::uint16_t>(start.size().rows());
  }
  return request;
}

void Open(const AgentParts& parts, const std::shared_ptr<rpc::ServerCall>& call, const ExecRequest& request) {
  auto session = parts.runtime.Exec(request);
  if (!session.ok()) return call->Finish(std::move(session).error());
  const auto terminal = std::make_shared<Terminal>(parts, PacedSender::For(call), std::move(*session));
  terminal->ReadInput();
  terminal->CarryOutput();
}

}  // namespace

void RegisterExec(rpc::MethodTable& table, const AgentParts& parts) {
  table.On<v1::ExecInput>(
      "edm.v1.WorkerAgent/Exec", [parts](std::shared_ptr<rpc::ServerCall> call, const v1::ExecInput& first) {
        auto request = Read(first);
        if (!request.ok()) return call->Finish(std::move(request).error());
        RunOrRefuse(parts.streams, call, [parts, call, request = *request] { Open(parts, call, request); });
      });
}

}  // namespace edm::worker
