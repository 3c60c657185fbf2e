#pragma once

#include <memory>
#include <mutex>

#include "common/rpc/method_table.h"
#include "edm/v1/model.pb.h"
#include "master/api/rest/json_memo.h"
#include "master/api/rest/rest_call.h"

namespace edm::master::rest {

// One answer, which for an operation may wait until the operation has ended.
class UnaryCall final : public RestCall {
 public:
  // `wait`: how long the client wants to wait for the operation; the table then serves WaitOperation.
  UnaryCall(std::shared_ptr<rpc::Exchange> exchange, std::shared_ptr<const RouteTable> routes,
            std::shared_ptr<const Route> route, rpc::Caller caller, std::shared_ptr<JsonMemo> memo);
  void WaitForTheEnd(const rpc::MethodTable& table, Millis at_most);

  void Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent) override;

 private:
  void Answer(Status status) override;
  // A client that has sent all may close its side and still read: what the handler says goes out.
  void Gone() override { TellHandler(); }
  void Respond(const google::protobuf::Message& message);
  bool StartWaiting(const edm::v1::Operation& operation);

  const std::shared_ptr<const RouteTable> routes_;
  const std::shared_ptr<JsonMemo> memo_;
  const rpc::MethodTable* table_ = nullptr;
  Millis wait_{0};
  std::mutex mutex_;
  std::unique_ptr<google::protobuf::Message> message_;
};

}  // namespace edm::master::rest
