#include <mutex>
#include <utility>
#include <vector>

#include "common/rpc/mapping/time.h"
#include "common/rpc/status.h"
#include "master/adapters/channel/worker_streams.h"

namespace edm::master {
namespace {

v1::StreamLogsRequest ToProto(const LogQuery& query) {
  v1::StreamLogsRequest request;
  request.set_id(query.instance);
  request.set_follow(query.follow);
  if (query.since) *request.mutable_since() = rpc::ToProto(*query.since);
  if (query.tail) request.set_tail(*query.tail);
  for (const auto& service : query.services) request.add_services(service);
  request.set_build(query.build);
  return request;
}

std::vector<LogRecord> FromProto(const v1::LogLines& message) {
  std::vector<LogRecord> records;
  for (const auto& line : message.lines()) {
    records.push_back(
        {line.service(), line.container(), line.is_stderr(), line.text(), rpc::FromProto(line.time())});
  }
  return records;
}

class LogReactor final : public grpc::ClientReadReactor<v1::LogLines> {
 public:
  LogReactor(std::shared_ptr<WorkerStubs::Stub> stub, std::string object, v1::StreamLogsRequest request,
             std::function<void(std::vector<LogRecord>)> on_next, std::function<void(Status)> on_end)
      : stub_(std::move(stub)),
        object_(std::move(object)),
        request_(std::move(request)),
        on_next_(std::move(on_next)),
        on_end_(std::move(on_end)) {}

  void Begin(std::shared_ptr<LogReactor> self) {
    self_ = std::move(self);
    stub_->async()->StreamLogs(&context_, &request_, this);
    AddHold();
    StartRead(&lines_);
    StartCall();
  }
  void Next() {
    const std::lock_guard lock(mutex_);
    if (over_ || std::exchange(reading_, true)) return;
    StartRead(&lines_);
  }
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    // First: LetGo may have the next lines read into the message as soon as this read counts as over.
    std::vector<LogRecord> records;
    if (ok) records = FromProto(lines_);
    {
      const std::lock_guard lock(mutex_);
      reading_ = false;
      over_ = !ok;
    }
    if (!ok) return RemoveHold();
    on_next_(std::move(records));
  }
  void OnDone(const grpc::Status& status) override {
    on_end_(status.ok() ? Ok() : Status(rpc::FromGrpc(status, object_)));
    self_.reset();
  }
  // Nobody asks for lines any more: one last read, which fails, lets the call end.
  void LetGo() {
    Cancel();
    Next();
  }

 private:
  const std::shared_ptr<WorkerStubs::Stub> stub_;
  const std::string object_;
  const v1::StreamLogsRequest request_;
  const std::function<void(std::vector<LogRecord>)> on_next_;
  const std::function<void(Status)> on_end_;
  grpc::ClientContext context_;
  v1::LogLines lines_;
  std::mutex mutex_;
  bool over_ = false;    // guarded by mutex_
  bool reading_ = true;  // guarded by mutex_; the first read is begun with the call
  std::shared_ptr<LogReactor> self_;
};

class LogStream final : public WorkerStream {
 public:
  explicit LogStream(std::shared_ptr<LogReactor> reactor) : reactor_(std::move(reactor)) {}
  ~LogStream() override { reactor_->LetGo(); }
  void Next() override { reactor_->Next(); }
  void Write(ExecInput, std::function<void(bool)> taken) override { taken(false); }

 private:
  const std::shared_ptr<LogReactor> reactor_;
};

}  // namespace

std::unique_ptr<WorkerStream> OpenLogs(std::shared_ptr<WorkerStubs::Stub> stub, const WorkerAddress& worker,
                                       const LogQuery& query,
                                       std::function<void(std::vector<LogRecord>)> on_next,
                                       std::function<void(Status)> on_end) {
  auto reactor = std::make_shared<LogReactor>(std::move(stub), "worker " + worker.worker, ToProto(query),
                                              std::move(on_next), std::move(on_end));
  reactor->Begin(reactor);
  return std::make_unique<LogStream>(std::move(reactor));
}

}  // namespace edm::master
