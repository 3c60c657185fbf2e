#include "master/api/relay/passed_call.h"

#include <google/protobuf/message.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>

#include "common/rpc/status.h"

namespace edm::master {
namespace {

using google::protobuf::Message;

std::string PathOf(const google::protobuf::MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

grpc::ByteBuffer Serialised(const Message& message) {
  grpc::ByteBuffer bytes;
  bool own_buffer = false;
  const auto status = grpc::SerializationTraits<Message>::Serialize(message, &bytes, &own_buffer);
  EDM_ASSERT(status.ok());
  return bytes;
}

// Null when it is not of the type that the method answers with.
std::unique_ptr<Message> Parsed(grpc::ByteBuffer& bytes, const google::protobuf::MethodDescriptor& method) {
  const auto* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.output_type());
  std::unique_ptr<Message> message(prototype->New());
  const auto status = grpc::SerializationTraits<Message>::Deserialize(&bytes, message.get());
  return status.ok() ? std::move(message) : nullptr;
}

std::chrono::system_clock::time_point WallOf(SteadyTime deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  return std::chrono::system_clock::now() + std::chrono::duration_cast<std::chrono::milliseconds>(left);
}

}  // namespace

PassedCall::PassedCall(std::string leader, std::shared_ptr<grpc::Channel> channel,
                       std::shared_ptr<rpc::ServerCall> call,
                       const google::protobuf::MethodDescriptor& method)
    : leader_(std::move(leader)), call_(std::move(call)), method_(method), stub_(std::move(channel)) {}

void PassedCall::Begin(const Message& first, Hooks hooks) {
  self_ = shared_from_this();
  hooks_ = std::move(hooks);
  if (!call_->caller().bearer.empty())
    context_.AddMetadata("authorization", "Bearer " + call_->caller().bearer);
  if (call_->deadline() != SteadyTime::max()) context_.set_deadline(WallOf(call_->deadline()));
  stub_.PrepareBidiStreamingCall(&context_, PathOf(method_), grpc::StubOptions(), this);
  // Reads and writes also begin outside of reactions: one hold for each side.
  AddMultipleHolds(2);
  StartRead(&incoming_);
  Write(first);
  StartCall();
  call_->OnCancel([weak = weak_from_this()] {
    if (const auto held = weak.lock()) {
      held->caller_left_ = true;
      held->context_.TryCancel();
    }
  });
}

void PassedCall::BreakOff() {
  broken_off_ = true;
  context_.TryCancel();
}

void PassedCall::Write(const Message& message) {
  outgoing_ = Serialised(message);
  if (method_.client_streaming()) return StartWrite(&outgoing_);
  StartWriteLast(&outgoing_, grpc::WriteOptions());
}

void PassedCall::OnWriteDone(bool ok) {
  if (!ok || !method_.client_streaming()) return EndWriting();
  ReadFromCaller();
}

void PassedCall::ReadFromCaller() {
  call_->Read([weak = weak_from_this()](const Message* message) {
    const auto held = weak.lock();
    if (!held) return;
    const std::lock_guard lock(held->mutex_);
    if (held->writing_ends_) return;
    if (message != nullptr) return held->Write(*message);
    held->writing_ends_ = true;
    held->StartWritesDone();
    held->RemoveHold();
  });
}

void PassedCall::EndWriting() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(writing_ends_, true)) RemoveHold();
}

void PassedCall::OnReadDone(bool ok) {
  if (!ok) {
    // The leader has said all. A caller who still has much to say need not say it.
    EndWriting();
    return RemoveHold();
  }
  const auto message = Parsed(incoming_, method_);
  if (message == nullptr) {
    context_.TryCancel();
    return StartRead(&incoming_);
  }
  answered_ = true;
  if (!method_.server_streaming()) {
    hooks_.on_answer();
    call_->Send(*message);
    return StartRead(&incoming_);
  }
  call_->Send(*message, [self = shared_from_this()](bool sent) {
    if (!sent) self->context_.TryCancel();
    self->StartRead(&self->incoming_);
  });
}

Error PassedCall::Lost(const grpc::Status& status) const {
  auto why = broken_off_ ? "it leads no more" : ToString(rpc::FromGrpc(status, "master " + leader_));
  return {Code::kUnavailable,
          "master",
          "the leader was lost while it was asked: " + std::move(why),
          {},
          "ask again, with the same request id: it may have been done or not"};
}

void PassedCall::OnDone(const grpc::Status& status) {
  const auto self = std::exchange(self_, nullptr);
  const bool lost =
      !status.ok() && !caller_left_ && (broken_off_ || status.error_code() == grpc::StatusCode::UNAVAILABLE);
  if (lost && !answered_) return hooks_.on_over(Lost(status));
  if (status.ok()) {
    hooks_.on_answer();
    call_->Finish(Ok());
  } else {
    call_->Finish(lost ? Lost(status) : rpc::FromGrpc(status, "master " + leader_));
  }
  hooks_.on_over(std::nullopt);
}

}  // namespace edm::master
