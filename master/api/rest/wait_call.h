#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "common/base/result.h"
#include "common/rpc/call.h"
#include "edm/v1/model.pb.h"

namespace edm::master::rest {

// A call of WaitOperation on behalf of one that came as HTTP. Ends once, with the operation or the reason why
// not; when cancelled, with kCancelled.
class WaitCall final : public rpc::ServerCall {
 public:
  using OnEnd = std::function<void(Result<edm::v1::Operation>)>;
  WaitCall(rpc::Caller caller, OnEnd on_end) : caller_(std::move(caller)), on_end_(std::move(on_end)) {}

  void Cancel();

  const rpc::Caller& caller() const override { return caller_; }
  SteadyTime deadline() const override { return SteadyTime::max(); }
  void Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent) override;
  void Finish(Status status) override;
  void Read(std::function<void(const google::protobuf::Message*)> on_message) override {
    on_message(nullptr);
  }
  void OnCancel(std::function<void()> on_cancel) override;

 private:
  const rpc::Caller caller_;
  std::mutex mutex_;
  OnEnd on_end_;
  edm::v1::Operation operation_;
  std::function<void()> on_cancel_;
  bool cancelled_ = false;
};

}  // namespace edm::master::rest
