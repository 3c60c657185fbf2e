#include <mutex>
#include <optional>
#include <utility>

#include "common/rpc/status.h"
#include "master/adapters/channel/worker_streams.h"

namespace edm::master {
namespace {

v1::ExecInput ToProto(const ExecCommand& command) {
  v1::ExecInput message;
  auto& start = *message.mutable_start();
  start.set_id(command.instance);
  start.set_service(command.service);
  for (const auto& one : command.argv) start.add_argv(one);
  start.set_tty(command.tty);
  start.mutable_size()->set_columns(command.size.columns);
  start.mutable_size()->set_rows(command.size.rows);
  return message;
}

v1::ExecInput ToProto(ExecInput input) {
  v1::ExecInput message;
  if (auto* bytes = std::get_if<std::string>(&input)) message.set_input(std::move(*bytes));
  if (std::holds_alternative<EndOfInput>(input)) message.set_end_of_input(true);
  if (const auto* size = std::get_if<TerminalSize>(&input)) {
    message.mutable_resize()->set_columns(size->columns);
    message.mutable_resize()->set_rows(size->rows);
  }
  return message;
}

ExecOutput FromProto(const v1::ExecOutput& message) {
  if (message.has_exit_code()) return ExecEnd{message.exit_code()};
  const bool is_stderr = message.has_error_output();
  return ExecBytes{is_stderr ? message.error_output() : message.output(), is_stderr};
}

class ExecReactor final : public grpc::ClientBidiReactor<v1::ExecInput, v1::ExecOutput> {
 public:
  ExecReactor(std::shared_ptr<WorkerStubs::Stub> stub, std::string object,
              std::function<void(ExecOutput)> on_next, std::function<void(Status)> on_end)
      : stub_(std::move(stub)),
        object_(std::move(object)),
        on_next_(std::move(on_next)),
        on_end_(std::move(on_end)) {}

  void Begin(std::shared_ptr<ExecReactor> self, v1::ExecInput first) {
    self_ = std::move(self);
    outgoing_ = std::move(first);
    stub_->async()->Exec(&context_, this);
    AddHold();
    StartRead(&incoming_);
    StartWrite(&outgoing_);
    StartCall();
  }
  void Next() {
    const std::lock_guard lock(mutex_);
    if (over_ || std::exchange(reading_, true)) return;
    StartRead(&incoming_);
  }
  void Write(v1::ExecInput message, std::function<void(bool)> taken) {
    std::unique_lock lock(mutex_);
    if (over_ || waiting_) {
      lock.unlock();
      return taken(false);
    }
    taken_ = std::move(taken);
    if (writing_) {
      waiting_ = std::move(message);
      return;
    }
    Put(std::move(message));
  }
  // Nobody asks for output any more: one last read, which fails, lets the call end.
  void LetGo() {
    context_.TryCancel();
    Next();
  }

  void OnReadDone(bool ok) override {
    // First: LetGo may have the next message read into it as soon as this read counts as over.
    ExecOutput output;
    if (ok) output = FromProto(incoming_);
    std::function<void(bool)> unsent;
    {
      const std::lock_guard lock(mutex_);
      reading_ = false;
      over_ = !ok;
      if (over_) unsent = std::exchange(taken_, nullptr);
    }
    if (unsent) unsent(false);
    if (!ok) return RemoveHold();
    on_next_(std::move(output));
  }
  void OnWriteDone(bool ok) override {
    std::function<void(bool)> taken;
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
      if (waiting_ && ok && !over_) {
        auto message = std::move(*waiting_);
        waiting_.reset();
        return Put(std::move(message));
      }
      taken = std::exchange(taken_, nullptr);
    }
    if (taken) taken(ok);
  }
  void OnDone(const grpc::Status& status) override {
    on_end_(status.ok() ? Ok() : Status(rpc::FromGrpc(status, object_)));
    self_.reset();
  }

 private:
  void Put(v1::ExecInput message) {
    writing_ = true;
    outgoing_ = std::move(message);
    StartWrite(&outgoing_);
  }

  const std::shared_ptr<WorkerStubs::Stub> stub_;
  const std::string object_;
  const std::function<void(ExecOutput)> on_next_;
  const std::function<void(Status)> on_end_;
  grpc::ClientContext context_;
  v1::ExecOutput incoming_;
  v1::ExecInput outgoing_;
  std::mutex mutex_;
  std::optional<v1::ExecInput> waiting_;  // guarded by mutex_; written after the one under way
  std::function<void(bool)> taken_;       // guarded by mutex_
  bool over_ = false;                     // guarded by mutex_
  bool reading_ = true;                   // guarded by mutex_
  bool writing_ = true;                   // guarded by mutex_
  std::shared_ptr<ExecReactor> self_;
};

class ExecStream final : public WorkerStream {
 public:
  explicit ExecStream(std::shared_ptr<ExecReactor> reactor) : reactor_(std::move(reactor)) {}
  ~ExecStream() override { reactor_->LetGo(); }
  void Next() override { reactor_->Next(); }
  void Write(ExecInput input, std::function<void(bool)> taken) override {
    reactor_->Write(ToProto(std::move(input)), std::move(taken));
  }

 private:
  const std::shared_ptr<ExecReactor> reactor_;
};

}  // namespace

std::unique_ptr<WorkerStream> OpenExec(std::shared_ptr<WorkerStubs::Stub> stub, const WorkerAddress& worker,
                                       const ExecCommand& command, std::function<void(ExecOutput)> on_next,
                                       std::function<void(Status)> on_end) {
  auto reactor = std::make_shared<ExecReactor>(std::move(stub), "worker " + worker.worker, std::move(on_next),
                                               std::move(on_end));
  reactor->Begin(reactor, ToProto(command));
  return std::make_unique<ExecStream>(std::move(reactor));
}

}  // namespace edm::master
