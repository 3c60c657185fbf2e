#include "common/rpc/metered_call.h"

#include <atomic>
#include <utility>

namespace edm::rpc {
namespace {

using Steady = std::chrono::steady_clock;

// Passes everything on, and sees how the call ends.
class MeteredCall final : public ServerCall {
 public:
  MeteredCall(std::shared_ptr<ServerCall> inner, const google::protobuf::MethodDescriptor& method,
              std::shared_ptr<const OnCallEnd> on_end)
      : inner_(std::move(inner)), method_(method), on_end_(std::move(on_end)) {}
  ~MeteredCall() override { Tell(Code::kInternal); }
  MeteredCall(const MeteredCall&) = delete;
  MeteredCall& operator=(const MeteredCall&) = delete;

  const Caller& caller() const override { return inner_->caller(); }
  SteadyTime deadline() const override { return inner_->deadline(); }
  void Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent) override {
    inner_->Send(message, std::move(on_sent));
  }
  void Finish(Status status) override {
    Tell(status.ok() ? Code::kOk : status.error().code);
    inner_->Finish(std::move(status));
  }
  void Read(std::function<void(const google::protobuf::Message*)> on_message) override {
    inner_->Read(std::move(on_message));
  }
  void OnCancel(std::function<void()> on_cancel) override { inner_->OnCancel(std::move(on_cancel)); }

 private:
  void Tell(Code code) {
    if (told_.exchange(true)) return;
    (*on_end_)(method_, code, std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - began_));
  }

  const std::shared_ptr<ServerCall> inner_;
  const google::protobuf::MethodDescriptor& method_;
  const std::shared_ptr<const OnCallEnd> on_end_;
  const Steady::time_point began_ = Steady::now();
  std::atomic<bool> told_ = false;
};

}  // namespace

void Meter(MethodTable& table, OnCallEnd on_end) {
  const auto shared = std::make_shared<const OnCallEnd>(std::move(on_end));
  table.Wrap([&shared](const MethodTable::Method& method) -> MethodTable::Handler {
    return [shared, &descriptor = *method.descriptor, handler = method.handler](
               std::shared_ptr<ServerCall> call, const google::protobuf::Message& first) {
      handler(std::make_shared<MeteredCall>(std::move(call), descriptor, shared), first);
    };
  });
}

}  // namespace edm::rpc
