#include "common/rpc/channel.h"

#include <arpa/inet.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_interceptor.h>
#include <netdb.h>

#include <algorithm>
#include <array>

#include "common/base/text.h"
#include "common/rpc/grpc_library.h"

namespace edm::rpc {
namespace {

constexpr int kReconnectMinMs = 1'000;
constexpr int kReplyMaxBytes = 16 << 20;

// gRPC refuses call credentials on channels in the clear, so the token is added where both kinds pass by.
class BearerInterceptor final : public grpc::experimental::Interceptor {
 public:
  explicit BearerInterceptor(const std::string& header) : header_(header) {}
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            grpc::experimental::InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->insert({"authorization", header_});
    }
    methods->Proceed();
  }

 private:
  const std::string& header_;  // the factory's, which the channel keeps
};

class BearerFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit BearerFactory(const std::string& bearer) : header_("Bearer " + bearer) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(grpc::experimental::ClientRpcInfo*) override {
    return new BearerInterceptor(header_);
  }

 private:
  std::string header_;
};

bool StaysOnThisMachine(const std::string& addresses) {
  return std::ranges::all_of(Split(addresses, ','), [](const std::string& address) {
    return address.starts_with("unix:") || address.starts_with("127.") || address.starts_with("[::1]") ||
           address.starts_with("localhost:");
  });
}

// "host:port" as numbers, in the form of gRPC's "ipv4:" list; "" when it has none of that kind.
std::string Numeric(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return "";
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.substr(0, colon).c_str(), nullptr, &wanted, &found) != 0) return "";
  std::array<char, INET_ADDRSTRLEN> text{};
  const auto* socket = reinterpret_cast<const sockaddr_in*>(found->ai_addr);
  ::inet_ntop(AF_INET, &socket->sin_addr, text.data(), text.size());
  ::freeaddrinfo(found);
  return text.data() + address.substr(colon);
}

// gRPC takes several addresses only as numbers.
Result<std::string> TargetOf(const std::string& addresses) {
  if (addresses.find(',') == std::string::npos) return addresses;
  std::vector<std::string> numbers;
  for (const auto& one : Split(addresses, ',')) {
    if (auto number = Numeric(one); !number.empty()) numbers.push_back(std::move(number));
  }
  if (!numbers.empty()) return "ipv4:" + Join(numbers, ",");
  return Error{Code::kUnavailable, "addresses " + addresses, "none of them is known", {}, "check the names"};
}

grpc::ChannelArguments Arguments(const ChannelSpec& spec) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMinMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMinMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, static_cast<int>(spec.reconnect_max.count()));
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // a cluster's own addresses are never behind one
  arguments.SetMaxReceiveMessageSize(kReplyMaxBytes);
  if (spec.tls && !spec.tls->server_name.empty()) {
    arguments.SetSslTargetNameOverride(spec.tls->server_name);
  }
  return arguments;
}

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const ChannelSpec& spec) {
  if (!spec.tls) return grpc::InsecureChannelCredentials();
  const auto& identity = spec.tls->identity;
  return grpc::SslCredentials({identity.ca, identity.key, identity.certificate});
}

// gRPC ends the program over a header value that HTTP does not allow.
Status CheckBearer(const std::string& bearer) {
  if (std::ranges::all_of(bearer, [](char c) { return c > ' ' && c <= '~'; })) return Ok();
  return Error{Code::kUnauthenticated,
               "token",
               "it has spaces, control or non-ASCII characters",
               {},
               "give it as 'edmctl token create' printed it"};
}

}  // namespace

Result<std::shared_ptr<grpc::Channel>> Dial(const ChannelSpec& spec) {
  KeepGrpc();
  EDM_CHECK(CheckBearer(spec.bearer));
  if (!spec.tls && !spec.bearer.empty() && !StaysOnThisMachine(spec.address)) {
    return Error{Code::kInvalidArgument,
                 "address " + spec.address,
                 "a token would go over the network in the clear",
                 {},
                 "use TLS: give the CA of the master ('edmctl context add' pins it)"};
  }
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  if (!spec.bearer.empty()) interceptors.push_back(std::make_unique<BearerFactory>(spec.bearer));
  EDM_TRY(const auto target, TargetOf(spec.address));
  return grpc::experimental::CreateCustomChannelWithInterceptors(target, CredentialsOf(spec), Arguments(spec),
                                                                 std::move(interceptors));
}

void Apply(const CallLimits& limits, grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + limits.deadline);
  context.set_wait_for_ready(limits.wait_for_ready);
}

}  // namespace edm::rpc
