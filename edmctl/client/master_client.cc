#include "edmctl/client/master_client.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <sys/random.h>

#include <condition_variable>
#include <mutex>

#include "common/base/bytes.h"
#include "common/rpc/channel.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/client/call_stream.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

const MethodDescriptor& MethodNamed(std::string_view name) {
  const auto* file = v1::GetInstanceRequest::descriptor()->file();
  const auto* method = file->FindServiceByName("Master")->FindMethodByName(std::string(name));
  EDM_ASSERT(method != nullptr);
  return *method;
}

std::string PathOf(const MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

std::unique_ptr<Message> WithRequestId(const Message& request) {
  std::unique_ptr<Message> copy(request.New());
  copy->CopyFrom(request);
  const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field != nullptr && copy->GetReflection()->GetString(*copy, field).empty()) {
    copy->GetReflection()->SetString(copy.get(), field, NewRequestId());
  }
  return copy;
}

class GrpcMasterClient final : public MasterClient {
 public:
  GrpcMasterClient(std::shared_ptr<grpc::Channel> channel, std::string object)
      : stub_(std::move(channel)), object_(std::move(object)) {}

  using MasterClient::Open;
  std::unique_ptr<Stream> Open(std::string_view method) override {
    return std::make_unique<CallStream>(stub_, PathOf(MethodNamed(method)), object_);
  }

 protected:
  Status Exchange(std::string_view name, const Message& request, Message& response,
                  Millis deadline) override {
    const auto& method = MethodNamed(name);
    EDM_ASSERT(method.input_type() == request.GetDescriptor());
    EDM_ASSERT(method.output_type() == response.GetDescriptor());
    grpc::ByteBuffer sent;
    grpc::ByteBuffer received;
    bool own = false;
    const auto whole = WithRequestId(request);
    auto status = grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(*whole, &sent, &own);
    if (status.ok()) status = Unary(PathOf(method), sent, received, deadline);
    if (status.ok())
      status = grpc::GenericDeserialize<grpc::ProtoBufferReader, Message>(&received, &response);
    if (!status.ok()) return ErrorOf(status, object_);
    return Ok();
  }

 private:
  grpc::Status Unary(const std::string& path, const grpc::ByteBuffer& request, grpc::ByteBuffer& response,
                     Millis deadline) {
    grpc::ClientContext context;
    rpc::Apply({.deadline = deadline}, context);
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<grpc::Status> ended;
    stub_.UnaryCall(&context, path, grpc::StubOptions(), &request, &response,
                    [&](const grpc::Status& status) {
                      const std::lock_guard lock(mutex);
                      ended = status;
                      changed.notify_all();
                    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ended.has_value(); });
    return *ended;
  }

  grpc::GenericStub stub_;
  const std::string object_;
};

}  // namespace

std::string NewRequestId() {
  char bytes[12];
  EDM_ASSERT(getrandom(bytes, sizeof bytes, 0) == sizeof bytes);
  return ToHex(std::string_view(bytes, sizeof bytes));
}

Result<std::unique_ptr<MasterClient>> MasterClient::Connect(const Context& context) {
  rpc::ChannelSpec spec{context.master, std::nullopt, context.token};
  // One of several is known by the name that all of them have, for its address is not the one that was
  // dialled.
  const bool several = MastersIn(context.master).size() > 1;
  const auto name = several ? std::string(rpc::kMasterName) : std::string();
  if (!context.ca.empty()) spec.tls = rpc::ChannelTls{{"", "", context.ca}, name};
  auto channel = rpc::Dial(spec);
  if (!channel.ok()) return About(std::move(channel).error(), kMasterObject + context.master);
  return std::unique_ptr<MasterClient>(
      std::make_unique<GrpcMasterClient>(std::move(channel).value(), kMasterObject + context.master));
}

}  // namespace edm::ctl
