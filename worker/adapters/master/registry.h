#pragma once

#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/rpc/channel.h"
#include "edm/v1/registry_service.grpc.pb.h"

namespace edm::worker {

// edm.v1.Registry of one master, over a channel that connects by itself. Any thread.
class Registry {
 public:
  static constexpr Millis kCallDeadline{3'000};

  static Result<std::shared_ptr<Registry>> Dial(const rpc::ChannelSpec& spec);

  template <class Request, class Response>
  Result<Response> Call(grpc::Status (v1::Registry::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                   Response*),
                        const std::type_identity_t<Request>& request) {
    return rpc::Call(*stub_, method, request, object_, {.deadline = kCallDeadline});
  }

 private:
  Registry(const std::shared_ptr<grpc::Channel>& channel, std::string object)
      : stub_(v1::Registry::NewStub(channel)), object_(std::move(object)) {}

  const std::unique_ptr<v1::Registry::Stub> stub_;
  const std::string object_;
};

}  // namespace edm::worker
