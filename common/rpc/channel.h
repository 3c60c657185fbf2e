#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/rpc/status.h"
#include "common/rpc/tls.h"

namespace edm::rpc {

struct ChannelTls {
  Identity identity;        // key and certificate may be empty: then only the server proves itself
  std::string server_name;  // expected in the server's certificate instead of the address's host, if given
};

struct ChannelSpec {
  // "10.0.0.1:8800", "unix:/run/edm.sock". Of several with commas one is used: the first that can be
  // connected, and the next after its loss; with TLS all of them must have the name that `tls` expects.
  std::string address;
  std::optional<ChannelTls> tls;  // none: in the clear
  std::string bearer;             // sent with each call, if given
  Millis reconnect_max{30'000};   // between two tries to connect
};

// A channel that connects by itself when it is first used, and again after a loss (1 s to reconnect_max
// apart); keepalive as the servers expect it. Error kInvalidArgument: a bearer in the clear to an address
// that is not loopback.
Result<std::shared_ptr<grpc::Channel>> Dial(const ChannelSpec& spec);

struct CallLimits {
  Millis deadline{10'000};
  bool wait_for_ready = false;  // wait for the connection instead of failing at once
};

void Apply(const CallLimits& limits, grpc::ClientContext& context);

// Call(*stub, &v1::Master::Stub::GetInstance, request, "instance shop"): one unary call, blocking. `object`
// is what the error is about when the server did not say.
template <class Stub, class Request, class Response>
Result<Response> Call(Stub& stub,
                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const std::type_identity_t<Request>& request, std::string_view object,
                      const CallLimits& limits = {}) {
  grpc::ClientContext context;
  Apply(limits, context);
  Response response;
  const auto status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpc(status, object);
  return response;
}

}  // namespace edm::rpc
