#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "common/rpc/call.h"
#include "common/rpc/http/exchange.h"
#include "common/rpc/strand.h"
#include "master/api/rest/route_table.h"

namespace edm::master::rest {

// A call that came as HTTP: what unary answers and streams have in common. Owned by its handler; a raw body
// is handed on in pieces, at the pace at which the handler reads.
class RestCall : public rpc::ServerCall, public std::enable_shared_from_this<RestCall> {
 public:
  RestCall(std::shared_ptr<rpc::Exchange> exchange, std::shared_ptr<const Route> route, rpc::Caller caller);

  // Calls the handler with the first request; it holds the call by the pointer that it gets.
  void Run(std::shared_ptr<const google::protobuf::Message> first);

  const rpc::Caller& caller() const override { return caller_; }
  // HTTP says nothing of it: the client leaves when it has waited enough.
  SteadyTime deadline() const override { return SteadyTime::max(); }
  void Finish(Status status) override;
  void Read(std::function<void(const google::protobuf::Message*)> on_message) override;
  void OnCancel(std::function<void()> on_cancel) override;

 protected:
  // Once: what the handler, or we in its place, ended with.
  virtual void Answer(Status status) = 0;
  // Ends from our side; the handler is told as if the client had left.
  void End(Error reason);
  // The client closed its side of the connection, or the server stops.
  virtual void Gone();
  // Tells the handler that nobody may be waiting any more; its answer still counts.
  void TellHandler();
  bool ended() const;

  rpc::Exchange& exchange() { return *exchange_; }
  const Route& route() const { return *route_; }
  rpc::Strand& strand() { return strand_; }

 private:
  using OnMessage = std::function<void(const google::protobuf::Message*)>;
  void TakePiece(Result<std::string> piece, const OnMessage& on_message);
  void Deliver(const OnMessage& on_message);
  // True once, for whoever ends the call first; also gives back what the handler left to be told.
  bool TakeEnd(std::function<void()>& on_cancel);

  const std::shared_ptr<rpc::Exchange> exchange_;
  const std::shared_ptr<const Route> route_;  // the handler may keep the call longer than the gateway lives
  const rpc::Caller caller_;
  rpc::Strand strand_;

  mutable std::mutex mutex_;
  bool ended_ = false;
  bool handler_finished_ = false;
  bool body_ended_ = false;
  bool told_ = false;
  std::string rest_;  // read, and not yet handed on
  std::function<void()> on_cancel_;
};

}  // namespace edm::master::rest
