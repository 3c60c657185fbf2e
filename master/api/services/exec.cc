#include <utility>

#include "common/model/service_name.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/held_stream.h"
#include "master/api/services/reply.h"

namespace edm::master {
namespace {

constexpr std::size_t kOutputBytesMax = 1 << 20;  // of RunCommand, of each stream
constexpr std::size_t kArgumentsMax = 1'000;

Status CheckCommand(const ExecCommand& command) {
  EDM_CHECK(CheckInstanceName(command.instance));
  if (!command.service.empty()) EDM_CHECK(CheckServiceName(command.service));
  if (command.argv.empty() || command.argv.front().empty()) {
    return Error{
        Code::kInvalidArgument, "argv", "there is no command", {}, "give the program and its arguments"};
  }
  if (command.argv.size() > kArgumentsMax) {
    return Error{Code::kInvalidArgument, "argv", "there are more than 1,000 arguments", {}, "give fewer"};
  }
  for (const auto& one : command.argv) {
    if (one.find('\0') != std::string::npos) {
      return Error{
          Code::kInvalidArgument, "argv", "an argument has a NUL byte", {}, "give binary content as input"};
    }
  }
  return Ok();
}

// A terminal: the client's input goes to the worker, the worker's output to the client, one message at a time
// each way. The call's cancel callback keeps it until the end.
class ExecRelay : public std::enable_shared_from_this<ExecRelay> {
 public:
  explicit ExecRelay(CallPointer call) : call_(std::move(call)) {}

  void Begin(WorkerChannel& workers, const WorkerAddress& worker, const ExecCommand& command) {
    call_->OnCancel([self = shared_from_this()] { self->Drop(); });
    auto stream = workers.Exec(
        worker, command,
        [weak = weak_from_this()](ExecOutput output) {
          if (const auto held = weak.lock()) held->Pass(output);
        },
        [weak = weak_from_this()](Status status) {
          if (const auto held = weak.lock()) held->call_->Finish(std::move(status));
        });
    if (stream_.Hold(std::move(stream))) ReadOne();
  }

 private:
  void Pass(const ExecOutput& output) {
    v1::ExecOutput message;
    if (const auto* end = std::get_if<ExecEnd>(&output)) {
      message.set_exit_code(end->exit_code);
    } else {
      const auto& bytes = std::get<ExecBytes>(output);
      (bytes.is_stderr ? message.mutable_error_output() : message.mutable_output())->assign(bytes.bytes);
    }
    call_->Send(message, [self = shared_from_this()](bool sent) {
      if (sent) self->stream_.Next();
    });
  }

  void ReadOne() {
    call_->Read([self = shared_from_this()](const google::protobuf::Message* message) {
      const auto stream = self->stream_.Get();
      if (!stream) return;
      if (message == nullptr) return stream->Write(EndOfInput{}, [](bool) {});
      stream->Write(self->InputOf(static_cast<const v1::ExecInput&>(*message)), [self](bool taken) {
        if (taken) self->ReadOne();
      });
    });
  }

  static ExecInput InputOf(const v1::ExecInput& message) {
    if (message.has_resize()) return TerminalSize{message.resize().columns(), message.resize().rows()};
    if (message.end_of_input()) return EndOfInput{};
    return message.input();
  }

  void Drop() {
    stream_.Drop();
    call_->Finish(Error{Code::kCancelled, "exec", "the client is gone", {}, ""});
  }

  const CallPointer call_;
  HeldStream stream_;
};

// One command with its whole output.
class CommandRun : public std::enable_shared_from_this<CommandRun> {
 public:
  CommandRun(CallPointer call, std::string input) : call_(std::move(call)), input_(std::move(input)) {}

  void Begin(WorkerChannel& workers, const WorkerAddress& worker, const ExecCommand& command) {
    call_->OnCancel([self = shared_from_this()] {
      self->End(Error{Code::kCancelled, "run", "the client is gone", {}, ""});
    });
    auto stream = workers.Exec(
        worker, command,
        [weak = weak_from_this()](ExecOutput output) {
          if (const auto held = weak.lock()) held->Take(output);
        },
        [weak = weak_from_this()](Status status) {
          if (const auto held = weak.lock()) held->End(std::move(status));
        });
    if (stream_.Hold(std::move(stream))) Feed();
  }

 private:
  void Feed() {
    const auto stream = stream_.Get();
    if (!stream) return;
    if (input_.empty()) return stream->Write(EndOfInput{}, [](bool) {});
    stream->Write(std::exchange(input_, {}), [self = shared_from_this()](bool taken) {
      if (taken) self->Feed();
    });
  }
  void Take(const ExecOutput& output) {
    if (const auto* end = std::get_if<ExecEnd>(&output)) {
      response_.set_exit_code(end->exit_code);
    } else {
      const auto& bytes = std::get<ExecBytes>(output);
      auto& into = *(bytes.is_stderr ? response_.mutable_error_output() : response_.mutable_output());
      const auto room = kOutputBytesMax - into.size();
      into.append(bytes.bytes, 0, room);
      if (bytes.bytes.size() > room) response_.set_truncated(true);
    }
    stream_.Next();
  }
  void End(Status status) {
    if (!stream_.Drop()) return;
    if (status.ok()) call_->Send(response_);
    call_->Finish(std::move(status));
  }

  const CallPointer call_;
  std::string input_;
  v1::RunCommandResponse response_;
  HeldStream stream_;
};

}  // namespace

void RegisterExec(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::ExecInput>("edm.v1.Master/Exec", [parts](CallPointer call, const v1::ExecInput& request) {
    const auto& start = request.start();
    const ExecCommand command{start.id(),
                              start.service(),
                              {start.argv().begin(), start.argv().end()},
                              start.tty(),
                              {start.size().columns(), start.size().rows()}};
    if (auto good = CheckCommand(command); !good.ok()) return call->Finish(good);
    const auto worker = HolderAddress(*parts.cluster.View(), command.instance);
    if (!worker.ok()) return call->Finish(worker.error());
    std::make_shared<ExecRelay>(call)->Begin(parts.workers, *worker, command);
  });
  table.On<v1::RunCommandRequest>(
      "edm.v1.Master/RunCommand", [parts](CallPointer call, const v1::RunCommandRequest& request) {
        const ExecCommand command{
            request.id(), request.service(), {request.argv().begin(), request.argv().end()}, false, {}};
        if (auto good = CheckCommand(command); !good.ok()) return call->Finish(good);
        const auto worker = HolderAddress(*parts.cluster.View(), command.instance);
        if (!worker.ok()) return call->Finish(worker.error());
        std::make_shared<CommandRun>(call, request.input())->Begin(parts.workers, *worker, command);
      });
}

}  // namespace edm::master
