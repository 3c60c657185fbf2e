#include "common/rpc/grpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "common/base/text.h"
#include "common/model/names.h"
#include "common/rpc/access.h"
#include "common/rpc/grpc_call.h"
#include "common/rpc/grpc_library.h"
#include "common/rpc/live_calls.h"
#include "common/rpc/status.h"

namespace edm::rpc {
namespace {

constexpr unsigned kIdentityLookSeconds = 1;     // until a new identity in the files is noticed
constexpr std::size_t kMetadataMax = 16 * 1024;  // bytes of one call's headers

// Refuses and is gone.
class Refusal final : public GrpcCall::Reactor {
 public:
  explicit Refusal(const Error& error) { Finish(ToGrpc(error)); }
  void OnDone() override { delete this; }
};

Credentials CredentialsOf(const grpc::CallbackServerContext& context) {
  Credentials credentials;
  const auto found = context.client_metadata().find("authorization");
  if (found != context.client_metadata().end()) {
    credentials.bearer = BearerOf({found->second.data(), found->second.size()});
  }
  const auto peer = context.auth_context();
  if (peer != nullptr && peer->IsPeerAuthenticated()) {
    const auto names = peer->FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME);
    if (!names.empty()) credentials.worker = std::string(names.front().data(), names.front().size());
    for (const auto& name : peer->FindPropertyValues(GRPC_X509_SAN_PROPERTY_NAME)) {
      if (auto enrolment = EnrolmentIn({name.data(), name.size()}, credentials.worker))
        credentials.enrolment = std::move(*enrolment);
    }
  }
  return credentials;
}

std::shared_ptr<grpc::ServerCredentials> CredentialsOf(const GrpcPort& port) {
  const auto clients = port.client_certificates ? GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
                                                : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
  if (port.files) {
    using grpc::experimental::FileWatcherCertificateProvider;
    const auto& files = *port.files;
    grpc::experimental::TlsServerCredentialsOptions options(std::make_shared<FileWatcherCertificateProvider>(
        files.key_and_certificate, files.key_and_certificate, files.ca, kIdentityLookSeconds));
    options.watch_identity_key_cert_pairs();
    options.watch_root_certs();
    options.set_cert_request_type(clients);
    return grpc::experimental::TlsServerCredentials(options);
  }
  if (!port.tls) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(clients);
  options.pem_root_certs = port.tls->ca;
  options.pem_key_cert_pairs = {{port.tls->key, port.tls->certificate}};
  return grpc::SslServerCredentials(options);
}

// Keepalive answers to what channel.cc asks for, see there.
void SetArguments(grpc::ServerBuilder& builder, const GrpcServerOptions& options) {
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // else a second master would share the port
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, static_cast<int>(kMetadataMax));
  // More than calls_max, so that a client hears of that limit instead of waiting for its turn unheard.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, static_cast<int>(2 * options.calls_max + 100));
  builder.SetMaxReceiveMessageSize(static_cast<int>(options.message_bytes_max));
}

// Both are settings of the process, read when a server is built.
void EnableHealthAndReflection() {
  static const bool once = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace

// One proto service whose methods all go to `open`, as raw bytes both ways.
class RawService final : public grpc::Service {
 public:
  using Open = std::function<GrpcCall::Reactor*(grpc::CallbackServerContext&, const MethodTable::Method&)>;

  void Add(const std::string& path, const MethodTable::Method& method, const Open& open) {
    paths_.push_back(std::make_unique<std::string>(path));
    AddMethod(new grpc::internal::RpcServiceMethod(paths_.back()->c_str(),
                                                   grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
    MarkMethodRawCallback(
        count_++,
        new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer, grpc::ByteBuffer>(
            [open, &method](grpc::CallbackServerContext* context) { return open(*context, method); }));
  }

 private:
  std::vector<std::unique_ptr<std::string>> paths_;  // gRPC keeps the pointers
  int count_ = 0;
};

// What is called but not served gets an answer with a hint.
class UnknownMethods final : public grpc::CallbackGenericService {
 public:
  explicit UnknownMethods(const MethodTable& table) : table_(table) {}
  GrpcCall::Reactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    const auto& path = context->method();
    std::vector<std::string> names;
    for (const auto& [served, method] : table_.methods()) names.push_back(method.descriptor->name());
    const auto near = Nearest(path.substr(path.rfind('/') + 1), names);
    return new Refusal({Code::kUnimplemented,
                        "method " + Shown(path),
                        "this server does not have it",
                        {},
                        near ? "did you mean " + *near + "?" : ""});
  }

 private:
  const MethodTable& table_;
};

class GrpcServer::State {
 public:
  State(const MethodTable& table, Authenticate authenticate, GrpcServerOptions options)
      : authenticate_(std::move(authenticate)),
        options_(std::move(options)),
        unknown_(table),
        live_(std::make_shared<LiveCalls>(options_.calls_max)) {
    for (const auto& [path, method] : table.methods()) {
      auto& service = services_[method.descriptor->service()->full_name()];
      if (!service) service = std::make_unique<RawService>();
      service->Add(path, method, [this](auto& context, const auto& found) { return Open(context, found); });
    }
  }

  Status Listen() {
    KeepGrpc();
    EnableHealthAndReflection();
    grpc::ServerBuilder builder;
    SetArguments(builder, options_);
    std::vector<int> bound(options_.ports.size(), -1);
    for (std::size_t i = 0; i < options_.ports.size(); ++i) {
      builder.AddListeningPort(options_.ports[i].address, CredentialsOf(options_.ports[i]), &bound[i]);
    }
    for (const auto& [name, service] : services_) builder.RegisterService(service.get());
    builder.RegisterCallbackGenericService(&unknown_);
    server_ = builder.BuildAndStart();
    for (std::size_t i = 0; i < bound.size(); ++i) {
      const auto& address = options_.ports[i].address;
      if (bound[i] <= 0 && !(server_ && address.starts_with("unix:"))) {
        return Error{
            Code::kUnavailable,
            "address " + address,
            options_.ports[i].tls || options_.ports[i].files
                ? "cannot listen there: it is taken, not ours, or the certificate does not fit its key"
                : "cannot listen there: it is taken, or not ours",
            {},
            "choose another address, or stop what listens there ('ss -ltnp' names it)"};
      }
      ports_.push_back(static_cast<std::uint16_t>(address.starts_with("unix:") ? 0 : bound[i]));
    }
    if (server_) return Ok();
    return Error{Code::kInternal, "gRPC server", "it did not start", {}, ""};
  }

  void SetServing(bool serving) {
    if (auto* health = server_->GetHealthCheckService()) health->SetServingStatus(serving);
  }

  void Shutdown(Millis patience) {
    if (!server_ || std::exchange(down_, true)) return;
    SetServing(false);
    live_->Drain();
    server_->Shutdown(std::chrono::system_clock::now() + patience);
    server_->Wait();
  }

  const std::vector<std::uint16_t>& ports() const { return ports_; }
  std::size_t calls() const { return live_->count(); }

 private:
  GrpcCall::Reactor* Open(grpc::CallbackServerContext& context, const MethodTable::Method& method) {
    auto caller = Admit(*method.descriptor, CredentialsOf(context), authenticate_);
    if (!caller.ok()) return new Refusal(caller.error());
    if (auto entered = live_->Enter(); !entered.ok()) return new Refusal(entered.error());
    auto call = std::make_shared<GrpcCall>(method, context, std::move(caller).value(), Limits());
    live_->Add(call);
    return call->Open([live = live_, key = call.get()] { live->Leave(key); });
  }
  GrpcCallLimits Limits() const {
    return {options_.outbox_bytes_max, options_.first_request_timeout, options_.slow_finish_timeout};
  }

  const Authenticate authenticate_;
  const GrpcServerOptions options_;
  UnknownMethods unknown_;
  std::shared_ptr<LiveCalls> live_;
  std::map<std::string, std::unique_ptr<RawService>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::uint16_t> ports_;
  bool down_ = false;
};

Result<std::unique_ptr<GrpcServer>> GrpcServer::Start(const MethodTable& table, Authenticate authenticate,
                                                      GrpcServerOptions options) {
  auto state = std::make_unique<State>(table, std::move(authenticate), std::move(options));
  EDM_CHECK(state->Listen());
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(state)));
}

GrpcServer::GrpcServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
GrpcServer::~GrpcServer() { Shutdown(Millis(0)); }
const std::vector<std::uint16_t>& GrpcServer::ports() const { return state_->ports(); }
std::size_t GrpcServer::calls() const { return state_->calls(); }
void GrpcServer::SetServing(bool serving) { state_->SetServing(serving); }
void GrpcServer::Shutdown(Millis patience) { state_->Shutdown(patience); }

}  // namespace edm::rpc
