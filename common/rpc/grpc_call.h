#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "common/rpc/call.h"
#include "common/rpc/method_table.h"
#include "common/rpc/strand.h"

namespace edm::rpc {

// What a call may take up; see GrpcServerOptions.
struct GrpcCallLimits {
  std::size_t outbox_bytes_max;
  Millis first_request_timeout;
  Millis slow_finish_timeout;
};

// One call that came by gRPC: messages are parsed and serialised by the method's prototypes, one read and one
// write are in flight at most, the rest waits in the outbox, and gRPC hears Finish exactly once, whatever the
// handler, the client and the server's shutdown do at the same time.
//
//     waiting for the first request -> with the handler -> finishing (outbox drains) -> finished -> done
//
// Kept alive by its Wire until gRPC is done with it, and by the handler, who may come too late: then nothing
// happens.
class GrpcCall final : public ServerCall, public std::enable_shared_from_this<GrpcCall> {
 public:
  using Reactor = grpc::ServerGenericBidiReactor;

  GrpcCall(const MethodTable::Method& method, grpc::CallbackServerContext& context, Caller caller,
           GrpcCallLimits limits);

  // Begins; what gRPC is to be given, which deletes itself. `on_done` is called once, last.
  Reactor* Open(std::function<void()> on_done);

  // Ends the call from the server's side; the handler is told as if the client had left.
  void End(Error reason);
  bool streams_to_client() const { return descriptor_.server_streaming(); }

  const Caller& caller() const override { return caller_; }
  SteadyTime deadline() const override { return deadline_; }
  void Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent) override;
  void Finish(Status status) override;
  void Read(std::function<void(const google::protobuf::Message*)> on_message) override;
  void OnCancel(std::function<void()> on_cancel) override;

 private:
  class Wire;
  using OnSent = std::function<void(bool)>;
  using OnMessage = std::function<void(const google::protobuf::Message*)>;
  struct Outgoing {
    grpc::ByteBuffer bytes;
    OnSent on_sent;
  };

  // From the wire.
  void ReadDone(bool ok);
  void WriteDone(bool ok);
  void Cancelled();
  void Done();

  void DeliverFirst(bool ok, std::unique_lock<std::mutex> lock);
  void DeliverNext(bool ok, std::unique_lock<std::mutex> lock);
  void DeliverEnd();
  void Dropped();  // by the last handler who held it
  void EndNow(const grpc::Status& status, std::unique_lock<std::mutex> lock);
  void Pump();                                                                           // locked
  void Wake(std::optional<grpc::Alarm>& alarm, Millis after, void (GrpcCall::*what)());  // locked
  void TakeTooLong();
  std::shared_ptr<google::protobuf::Message> Parse();  // null when it is not of the method's type

  const MethodTable::Method&
      method_;  // may be gone once the server is, before a late handler lets go of this
  const google::protobuf::MethodDescriptor& descriptor_;
  const Caller caller_;
  const SteadyTime deadline_;
  const GrpcCallLimits limits_;
  std::function<void()> on_done_;
  Strand strand_;

  std::mutex mutex_;  // guards all below; never held while a callback runs
  Wire* wire_ = nullptr;
  grpc::CallbackServerContext* context_;
  grpc::ByteBuffer incoming_;
  bool started_ = false;      // the handler has been called
  bool half_closed_ = false;  // the client has no more messages
  OnMessage on_message_;
  std::deque<Outgoing> outbox_;  // the front is in flight while writing_
  std::size_t outbox_bytes_ = 0;
  bool writing_ = false;
  std::optional<grpc::ByteBuffer> response_;  // of a method that answers once
  std::optional<grpc::Status> ending_;        // Finish was asked for
  bool finished_ = false;                     // gRPC was told
  bool handler_finished_ = false;
  bool gone_ = false;  // ended by the client or by us, not by the handler
  std::function<void()> on_cancel_;
  std::optional<grpc::Alarm> first_alarm_;
  std::optional<grpc::Alarm> end_alarm_;
  std::optional<grpc::Alarm> finish_alarm_;
};

}  // namespace edm::rpc
