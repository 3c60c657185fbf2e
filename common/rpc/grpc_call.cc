#include "common/rpc/grpc_call.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>
#include <vector>

#include "common/rpc/status.h"

namespace edm::rpc {
namespace {

// gRPC tells that the client ended its messages and that it vanished by the same sign, and only a little
// later that it vanished. An upload that broke off must not be taken for a whole one: so the end waits this
// long.
constexpr Millis kEndSettles{10};

SteadyTime SteadyOf(std::chrono::system_clock::time_point deadline) {
  if (deadline == std::chrono::system_clock::time_point::max()) return SteadyTime::max();
  const auto left = deadline - std::chrono::system_clock::now();
  return std::chrono::time_point_cast<Millis>(std::chrono::steady_clock::now()) +
         std::chrono::duration_cast<Millis>(left);
}

grpc::ByteBuffer Serialised(const google::protobuf::Message& message) {
  grpc::ByteBuffer bytes;
  bool own_buffer = false;
  const auto status =
      grpc::SerializationTraits<google::protobuf::Message>::Serialize(message, &bytes, &own_buffer);
  EDM_ASSERT(status.ok());
  return bytes;
}

}  // namespace

// What gRPC holds; forwards to the call, and lets go of it last.
class GrpcCall::Wire final : public Reactor {
 public:
  explicit Wire(std::shared_ptr<GrpcCall> call) : call_(std::move(call)) {}
  void OnReadDone(bool ok) override { call_->ReadDone(ok); }
  void OnWriteDone(bool ok) override { call_->WriteDone(ok); }
  void OnCancel() override { call_->Cancelled(); }
  void OnDone() override {
    call_->Done();
    delete this;
  }

 private:
  std::shared_ptr<GrpcCall> call_;
};

GrpcCall::GrpcCall(const MethodTable::Method& method, grpc::CallbackServerContext& context, Caller caller,
                   GrpcCallLimits limits)
    : method_(method),
      descriptor_(*method.descriptor),
      caller_(std::move(caller)),
      deadline_(SteadyOf(context.deadline())),
      limits_(limits),
      context_(&context) {}

GrpcCall::Reactor* GrpcCall::Open(std::function<void()> on_done) {
  const std::scoped_lock lock(mutex_);
  on_done_ = std::move(on_done);
  wire_ = new Wire(shared_from_this());
  if (caller_.kind == Caller::Kind::kAnonymous) {
    Wake(first_alarm_, limits_.first_request_timeout, &GrpcCall::TakeTooLong);
  }
  wire_->StartRead(&incoming_);
  return wire_;
}

void GrpcCall::Send(const google::protobuf::Message& message, OnSent on_sent) {
  auto bytes = Serialised(message);
  const auto size = bytes.Length();
  std::unique_lock lock(mutex_);
  if (ending_ || wire_ == nullptr) {
    lock.unlock();
    if (on_sent) strand_.Post([on_sent = std::move(on_sent)] { on_sent(false); });
    return;
  }
  if (!streams_to_client()) {
    response_ = std::move(bytes);
    lock.unlock();
    if (on_sent) strand_.Post([on_sent = std::move(on_sent)] { on_sent(true); });
    return;
  }
  outbox_.push_back({std::move(bytes), std::move(on_sent)});
  outbox_bytes_ += size;
  if (outbox_.size() > 1 && outbox_bytes_ > limits_.outbox_bytes_max) {
    return EndNow(ToGrpc({Code::kResourceExhausted,
                          "client of " + descriptor_.name(),
                          "it reads too slowly: its messages filled the outbox",
                          {},
                          "read faster, or ask for less"}),
                  std::move(lock));
  }
  Pump();
}

void GrpcCall::Finish(Status status) {
  const auto self = shared_from_this();
  OnMessage on_message;
  std::function<void()> on_cancel;
  const std::scoped_lock lock(mutex_);
  if (std::exchange(handler_finished_, true)) return;
  on_message = std::exchange(on_message_, nullptr);
  on_cancel = std::exchange(on_cancel_, nullptr);
  if (ending_) return;
  ending_ = status.ok() ? grpc::Status() : ToGrpc(status.error());
  Pump();
  if (!finished_ && wire_ != nullptr)
    Wake(finish_alarm_, limits_.slow_finish_timeout, &GrpcCall::TakeTooLong);
}

void GrpcCall::Read(OnMessage on_message) {
  std::unique_lock lock(mutex_);
  if (ending_ || wire_ == nullptr) return;
  if (half_closed_ || !descriptor_.client_streaming()) {
    lock.unlock();
    return strand_.Post([on_message = std::move(on_message)] { on_message(nullptr); });
  }
  EDM_ASSERT(!on_message_);
  on_message_ = std::move(on_message);
  wire_->StartRead(&incoming_);
}

void GrpcCall::OnCancel(std::function<void()> on_cancel) {
  std::unique_lock lock(mutex_);
  if (handler_finished_) return;
  if (!gone_) {
    on_cancel_ = std::move(on_cancel);
    return;
  }
  lock.unlock();
  strand_.Post(std::move(on_cancel));
}

void GrpcCall::End(Error reason) { EndNow(ToGrpc(reason), std::unique_lock(mutex_)); }

void GrpcCall::EndNow(const grpc::Status& status, std::unique_lock<std::mutex> lock) {
  const auto self = shared_from_this();
  gone_ = true;
  if (!ending_) ending_ = status;
  std::vector<OnSent> unsent;
  const std::size_t in_flight = writing_ ? 1 : 0;
  for (auto i = in_flight; i < outbox_.size(); ++i) unsent.push_back(std::move(outbox_[i].on_sent));
  outbox_.resize(in_flight);
  auto on_message = std::exchange(on_message_, nullptr);
  auto on_cancel = std::exchange(on_cancel_, nullptr);
  response_.reset();
  Pump();
  if (!finished_ && wire_ != nullptr && !finish_alarm_) {
    Wake(finish_alarm_, limits_.slow_finish_timeout, &GrpcCall::TakeTooLong);
  }
  lock.unlock();
  strand_.Post([unsent = std::move(unsent), on_cancel = std::move(on_cancel)] {
    for (const auto& on_sent : unsent) {
      if (on_sent) on_sent(false);
    }
    if (on_cancel) on_cancel();
  });
}

// Gives gRPC the next thing to do, if it is free to do it.
void GrpcCall::Pump() {
  if (finished_ || writing_ || wire_ == nullptr) return;
  if (!outbox_.empty()) {
    writing_ = true;
    // What more waits goes to the network with it.
    auto options = grpc::WriteOptions();
    if (outbox_.size() > 1 || ending_) options.set_buffer_hint();
    wire_->StartWrite(&outbox_.front().bytes, options);
    return;
  }
  if (!ending_) return;
  finished_ = true;
  first_alarm_.reset();
  finish_alarm_.reset();
  if (ending_->ok() && response_) {
    wire_->StartWriteAndFinish(&*response_, grpc::WriteOptions(), *ending_);
  } else if (ending_->ok() && !streams_to_client()) {
    wire_->Reactor::Finish(
        ToGrpc({Code::kInternal, descriptor_.name(), "it ended without an answer", {}, ""}));
  } else {
    wire_->Reactor::Finish(*ending_);
  }
}

void GrpcCall::ReadDone(bool ok) {
  std::unique_lock lock(mutex_);
  if (ending_) return;
  if (!started_) return DeliverFirst(ok, std::move(lock));
  DeliverNext(ok, std::move(lock));
}

std::shared_ptr<google::protobuf::Message> GrpcCall::Parse() {
  std::shared_ptr<google::protobuf::Message> message(method_.request_prototype->New());
  const auto status =
      grpc::SerializationTraits<google::protobuf::Message>::Deserialize(&incoming_, message.get());
  incoming_.Clear();
  return status.ok() ? message : nullptr;
}

void GrpcCall::DeliverFirst(bool ok, std::unique_lock<std::mutex> lock) {
  started_ = true;
  first_alarm_.reset();
  auto message = ok ? Parse() : nullptr;
  if (!message) {
    return EndNow(ToGrpc({Code::kInvalidArgument,
                          "request of " + descriptor_.name(),
                          ok ? "it is no " + descriptor_.input_type()->name() : "there is none",
                          {},
                          ""}),
                  std::move(lock));
  }
  lock.unlock();
  auto self = shared_from_this();
  std::shared_ptr<ServerCall> handle(this, [self](ServerCall*) { self->Dropped(); });
  strand_.Post([this, self, handle = std::move(handle), message = std::move(message)]() mutable {
    method_.handler(std::move(handle), *message);
  });
}

void GrpcCall::DeliverNext(bool ok, std::unique_lock<std::mutex> lock) {
  if (!ok) return Wake(end_alarm_, kEndSettles, &GrpcCall::DeliverEnd);
  auto message = Parse();
  if (!message) {
    return EndNow(ToGrpc({Code::kInvalidArgument,
                          "request of " + descriptor_.name(),
                          "it is no " + descriptor_.input_type()->name(),
                          {},
                          ""}),
                  std::move(lock));
  }
  auto on_message = std::exchange(on_message_, nullptr);
  lock.unlock();
  strand_.Post([on_message = std::move(on_message), message = std::move(message)] {
    if (on_message) on_message(message.get());
  });
}

void GrpcCall::DeliverEnd() {
  std::unique_lock lock(mutex_);
  if (ending_ || wire_ == nullptr || context_->IsCancelled()) return;
  half_closed_ = true;
  auto on_message = std::exchange(on_message_, nullptr);
  lock.unlock();
  if (on_message) strand_.Post([on_message = std::move(on_message)] { on_message(nullptr); });
}

void GrpcCall::WriteDone(bool ok) {
  std::unique_lock lock(mutex_);
  writing_ = false;
  outbox_bytes_ -= outbox_.front().bytes.Length();
  auto on_sent = std::move(outbox_.front().on_sent);
  outbox_.pop_front();
  if (ok) {
    Pump();
    lock.unlock();
  } else {
    EndNow(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone"), std::move(lock));
  }
  if (on_sent) strand_.Post([on_sent = std::move(on_sent), ok] { on_sent(ok); });
}

void GrpcCall::Cancelled() {
  EndNow(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone"), std::unique_lock(mutex_));
}

void GrpcCall::Dropped() {
  std::unique_lock lock(mutex_);
  if (handler_finished_) return;
  handler_finished_ = true;
  EndNow(ToGrpc({Code::kInternal, descriptor_.name(), "it was dropped without an answer", {}, ""}),
         std::move(lock));
}

void GrpcCall::Done() {
  OnMessage on_message;
  std::function<void()> on_cancel;
  {
    const std::scoped_lock lock(mutex_);
    wire_ = nullptr;
    context_ = nullptr;
    on_message = std::exchange(on_message_, nullptr);
    on_cancel = std::exchange(on_cancel_, nullptr);
    first_alarm_.reset();
    end_alarm_.reset();
    finish_alarm_.reset();
  }
  on_done_();
}

void GrpcCall::Wake(std::optional<grpc::Alarm>& alarm, Millis after, void (GrpcCall::*what)()) {
  alarm.emplace();
  alarm->Set(std::chrono::system_clock::now() + after, [weak = weak_from_this(), what](bool expired) {
    const auto self = expired ? weak.lock() : nullptr;
    if (self) (self.get()->*what)();
  });
}

void GrpcCall::TakeTooLong() {
  const std::scoped_lock lock(mutex_);
  if (context_ != nullptr) context_->TryCancel();
}

}  // namespace edm::rpc
