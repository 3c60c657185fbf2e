#include "master/api/services/log_relay.h"

#include <utility>

#include "common/rpc/mapping/time.h"
#include "edm/v1/master_service.pb.h"

namespace edm::master {
namespace {

v1::LogLine ToProto(const LogRecord& record, const std::string& member) {
  v1::LogLine line;
  line.set_service(record.service);
  line.set_container(record.container);
  line.set_is_stderr(record.is_stderr);
  line.set_text(record.text);
  *line.mutable_time() = rpc::ToProto(record.time);
  line.set_member(member);
  return line;
}

}  // namespace

LogRelay::LogRelay(CallPointer call, std::vector<Origin> origins)
    : call_(std::move(call)),
      origins_(std::move(origins)),
      streams_(origins_.size()),
      open_(origins_.size()) {}

void LogRelay::Begin(WorkerChannel& workers, std::optional<Error> gap) {
  failure_ = std::move(gap);
  call_->OnCancel([self = shared_from_this()] { self->Drop(); });
  for (std::size_t i = 0; i < origins_.size(); ++i) {
    auto stream = workers.StreamLogs(
        origins_[i].worker, origins_[i].query,
        [weak = weak_from_this(), i](const std::vector<LogRecord>& records) {
          if (const auto held = weak.lock()) held->Pass(i, records);
        },
        [weak = weak_from_this()](Status status) {
          if (const auto held = weak.lock()) held->End(std::move(status));
        });
    streams_[i].Hold(std::move(stream));
  }
}

void LogRelay::Pass(std::size_t origin, const std::vector<LogRecord>& records) {
  if (records.empty()) return streams_[origin].Next();
  const auto& member = origins_[origin].member;
  for (std::size_t i = 0; i + 1 < records.size(); ++i) call_->Send(ToProto(records[i], member));
  call_->Send(ToProto(records.back(), member), [self = shared_from_this(), origin](bool sent) {
    if (sent) self->streams_[origin].Next();
  });
}

void LogRelay::End(Status status) {
  std::optional<Error> failure;
  {
    const std::lock_guard lock(mutex_);
    if (!status.ok() && !failure_) failure_ = std::move(status).error();
    if (--open_ > 0) return;
    failure = failure_;
  }
  call_->Finish(failure ? Status(std::move(*failure)) : Ok());
}

void LogRelay::Drop() {
  for (auto& stream : streams_) stream.Drop();
  call_->Finish(Error{Code::kCancelled, "logs", "the client is gone", {}, ""});
}

}  // namespace edm::master
