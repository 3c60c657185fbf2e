#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/rpc/call.h"

namespace edm::master {

// One call on its way to the leader: what the caller says goes there, what the leader says goes to the
// caller, one message at a time each way. Keeps itself until gRPC is done with it.
class PassedCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                         public std::enable_shared_from_this<PassedCall> {
 public:
  struct Hooks {
    std::function<void()> on_answer;  // the leader has answered, or ended a stream; the caller knows it next
    // Once, last; with an error when the leader was lost before it answered, and the call is not ended.
    std::function<void(std::optional<Error> lost)> on_over;
  };

  PassedCall(std::string leader, std::shared_ptr<grpc::Channel> channel,
             std::shared_ptr<rpc::ServerCall> call, const google::protobuf::MethodDescriptor& method);

  void Begin(const google::protobuf::Message& first, Hooks hooks);
  // The leader is none any more.
  void BreakOff();
  const std::string& leader() const { return leader_; }

 private:
  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  void Write(const google::protobuf::Message& message);
  void ReadFromCaller();
  Error Lost(const grpc::Status& status) const;

  const std::string leader_;
  const std::shared_ptr<rpc::ServerCall> call_;
  const google::protobuf::MethodDescriptor& method_;
  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  Hooks hooks_;
  std::shared_ptr<PassedCall> self_;
  grpc::ByteBuffer outgoing_;
  grpc::ByteBuffer incoming_;
  std::atomic<bool> answered_ = false;  // the caller has something of the answer
  std::atomic<bool> broken_off_ = false;
  std::atomic<bool> caller_left_ = false;
  std::mutex mutex_;
  bool writing_ends_ = false;  // guarded by mutex_: the hold of the writing side is gone, or going
  void EndWriting();
};

}  // namespace edm::master
