#include "edmctl/client/call_stream.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include "common/rpc/status.h"

namespace edm::ctl {
namespace {

bool Decode(grpc::ByteBuffer& bytes, google::protobuf::Message& into) {
  return grpc::GenericDeserialize<grpc::ProtoBufferReader, google::protobuf::Message>(&bytes, &into).ok();
}

bool Encode(const google::protobuf::Message& message, grpc::ByteBuffer& bytes) {
  bool own = false;
  bytes.Clear();
  return grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(message, &bytes, &own)
      .ok();
}

}  // namespace

Error ErrorOf(const grpc::Status& status, const std::string& object) {
  auto error = rpc::FromGrpc(status, object);
  if (error.object != object) return error;  // the master's own words
  if (error.code == Code::kUnavailable) {
    error.evidence.insert(error.evidence.begin(), error.cause);
    error.cause = "cannot be reached";
    error.hint = "edmctl dev status shows the one here; edmctl context ls shows where the others are";
  } else if (error.code == Code::kUnauthenticated && error.hint.empty()) {
    error.hint = "edmctl context add NAME --token-file FILE gives this context another token";
  }
  return error;
}

CallStream::CallStream(grpc::GenericStub& stub, const std::string& path, std::string object)
    : object_(std::move(object)) {
  stub.PrepareBidiStreamingCall(&context_, path, grpc::StubOptions(), this);
  AddHold();
  StartCall();
}

CallStream::~CallStream() {
  Cancel();
  (void)Finish();
}

Stream::Got CallStream::Read(google::protobuf::Message& into, Millis wait) {
  std::unique_lock lock(mutex_);
  if (reading_ == Pending::kIdle && held_) {
    reading_ = Pending::kUnderWay;
    StartRead(&receiving_);
  }
  changed_.wait_for(lock, wait,
                    [&] { return !received_.empty() || reading_ != Pending::kUnderWay || done_; });
  if (received_.empty()) return reading_ == Pending::kUnderWay && !done_ ? Got::kNothing : Got::kEnd;
  auto bytes = std::move(received_.front());
  received_.pop_front();
  lock.unlock();
  if (Decode(bytes, into)) return Got::kMessage;
  lock.lock();
  damaged_ = true;
  reading_ = Pending::kClosed;
  context_.TryCancel();
  return Got::kEnd;
}

bool CallStream::Write(const google::protobuf::Message& message) {
  std::unique_lock lock(mutex_);
  if (writing_ != Pending::kIdle || !held_ || !Encode(message, sent_)) return false;
  writing_ = Pending::kUnderWay;
  StartWrite(&sent_);
  changed_.wait(lock, [&] { return writing_ != Pending::kUnderWay; });
  return writing_ == Pending::kIdle;
}

void CallStream::WritesDone() {
  const std::lock_guard lock(mutex_);
  if (writing_ != Pending::kIdle || !held_) return;
  writing_ = Pending::kClosed;
  StartWritesDone();
}

Status CallStream::Finish() {
  std::unique_lock lock(mutex_);
  if (held_) {
    held_ = false;
    lock.unlock();
    RemoveHold();
    lock.lock();
  }
  changed_.wait(lock, [&] { return done_; });
  if (damaged_)
    return Error{Code::kInternal,
                 object_,
                 "sent what is no message of its API",
                 {},
                 "edmctl version shows whether both are of one version"};
  if (!status_.ok()) return ErrorOf(status_, object_);
  return Ok();
}

void CallStream::Cancel() { context_.TryCancel(); }

void CallStream::OnReadDone(bool ok) {
  const std::lock_guard lock(mutex_);
  if (!ok || reading_ == Pending::kClosed) {
    reading_ = Pending::kClosed;
  } else {
    received_.emplace_back().Swap(&receiving_);
    reading_ = received_.size() < kAheadMax && held_ ? Pending::kUnderWay : Pending::kIdle;
    if (reading_ == Pending::kUnderWay) StartRead(&receiving_);
  }
  changed_.notify_all();
}

void CallStream::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  writing_ = ok ? Pending::kIdle : Pending::kClosed;
  changed_.notify_all();
}

void CallStream::OnWritesDoneDone(bool) {}

void CallStream::OnDone(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  status_ = status;
  done_ = true;
  changed_.notify_all();
}

}  // namespace edm::ctl
