#include "master/api/rest/gateway.h"

#include <mutex>
#include <utility>

#include "common/rpc/access.h"
#include "common/rpc/status.h"
#include "master/api/rest/answer.h"
#include "master/api/rest/event_text.h"
#include "master/api/rest/openapi.h"
#include "master/api/rest/request_reader.h"
#include "master/api/rest/route_table.h"
#include "master/api/rest/stream_call.h"
#include "master/api/rest/stream_keeper.h"
#include "master/api/rest/unary_call.h"

namespace edm::master::rest {
namespace {

constexpr std::string_view kOpenApiPath = "/openapi.json";

// A form in a browser or `curl -F` wraps the file; an archive would have to be unwrapped first.
Status CheckUploadType(const rpc::HttpRequest& request) {
  if (!request.headers.Get("Content-Type").starts_with("multipart/")) return Ok();
  return Error{Code::kInvalidArgument,
               "header Content-Type",
               "an upload is the bare archive, not a form",
               {},
               "send it as the body: curl -T file.tar.gz URL"};
}

}  // namespace

class Gateway::State {
 public:
  State(const rpc::MethodTable& table, rpc::Authenticate authenticate, const std::string& version,
        GatewayLimits limits)
      : table_(table),
        authenticate_(std::move(authenticate)),
        limits_(limits),
        routes_(std::make_shared<RouteTable>(table)),
        version_(version) {}

  void Handle(std::shared_ptr<rpc::Exchange> exchange) {
    const auto& request = exchange->request();
    if (request.path == kOpenApiPath) return ServeOpenApi(*exchange);
    auto found = routes_->Find(request.method, request.path);
    if (const auto* miss = std::get_if<RouteTable::Miss>(&found)) return ServeMiss(*exchange, *miss);
    auto& match = std::get<RouteTable::Match>(found);
    auto caller = rpc::Admit(match.route->rpc(), CredentialsOf(request), authenticate_);
    if (!caller.ok()) return exchange->Respond(ProblemOf(request, caller.error()));
    if (match.route->body == Route::Body::kJson && request.has_body) {
      return ReadBody(std::move(exchange), std::move(match), std::move(caller).value());
    }
    Start(std::move(exchange), match, std::move(caller).value(), "");
  }

  // Made when first asked for: most starts of a master are not followed by a question for it.
  const std::string& openapi() {
    std::call_once(described_, [this] { openapi_ = OpenApi(*routes_, version_); });
    return openapi_;
  }

 private:
  void ServeOpenApi(rpc::Exchange& exchange) {
    const auto& method = exchange.request().method;
    if (method == "GET" || method == "HEAD") {
      return exchange.Respond(
          {200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache"}}, openapi()});
    }
    const Error error{Code::kUnimplemented, "path /openapi.json", "it can only be read", {}, "use GET"};
    auto answer = ProblemOf(error, 405);
    answer.headers.Set("Allow", "GET, HEAD");
    exchange.Respond(std::move(answer));
  }

  void ServeMiss(rpc::Exchange& exchange, const RouteTable::Miss& miss) {
    const bool asks = exchange.request().method == "OPTIONS" && miss.status == 405;
    auto answer = asks ? rpc::HttpAnswer{204, {}, ""} : ProblemOf(miss.error, miss.status);
    if (!miss.allow.empty()) answer.headers.Set("Allow", miss.allow);
    exchange.Respond(std::move(answer));
  }

  void ReadBody(std::shared_ptr<rpc::Exchange> exchange, RouteTable::Match match, rpc::Caller caller) {
    auto taken = [this, exchange, match = std::move(match),
                  caller = std::move(caller)](Result<std::string> body) {
      if (body.ok()) return Start(exchange, match, caller, *body);
      const auto error = OfBody(std::move(body).error(), *match.route);
      exchange->Respond(ProblemOf(exchange->request(), error));
    };
    rpc::ReadAll(exchange, limits_.json_bytes_max, std::move(taken));
  }

  void Start(std::shared_ptr<rpc::Exchange> exchange, const RouteTable::Match& match, rpc::Caller caller,
             const std::string& body) {
    auto read = Read(match, exchange->request(), body);
    if (!read.ok()) return exchange->Respond(ProblemOf(exchange->request(), read.error()));
    const auto& route = *match.route;
    if (route.body == Route::Body::kRaw) {
      if (auto fits = CheckUploadType(exchange->request()); !fits.ok()) {
        return exchange->Respond(ProblemOf(fits.error(), 415));
      }
      exchange->LimitBody(limits_.upload_bytes_max);
    }
    if (route.streams())
      return StartStream(std::move(exchange), route, std::move(caller), std::move(read->message));
    const auto call =
        std::make_shared<UnaryCall>(std::move(exchange), routes_, Kept(route), std::move(caller), memo_);
    if (read->wait) call->WaitForTheEnd(table_, *read->wait);
    call->Run(std::move(read->message));
  }

  void StartStream(std::shared_ptr<rpc::Exchange> exchange, const Route& route, rpc::Caller caller,
                   std::shared_ptr<google::protobuf::Message> first) {
    const auto form = FormFor(exchange->request().headers.Get("Accept"), *route.rpc().output_type());
    const auto call = std::make_shared<StreamCall>(std::move(exchange), Kept(route), std::move(caller), form);
    keeper_.Keep(call);
    call->Run(std::move(first));
  }

  std::shared_ptr<const Route> Kept(const Route& route) const { return {routes_, &route}; }

  const rpc::MethodTable& table_;
  const rpc::Authenticate authenticate_;
  const GatewayLimits limits_;
  const std::shared_ptr<const RouteTable> routes_;
  const std::shared_ptr<JsonMemo> memo_ = std::make_shared<JsonMemo>();
  const std::string version_;
  std::once_flag described_;
  std::string openapi_;
  StreamKeeper keeper_;
};

Gateway::Gateway(const rpc::MethodTable& table, rpc::Authenticate authenticate, const std::string& version,
                 GatewayLimits limits)
    : state_(std::make_unique<State>(table, std::move(authenticate), version, limits)) {}

Gateway::~Gateway() = default;

bool Gateway::Takes(std::string_view path) {
  return path == kOpenApiPath || path == "/v1" || path.starts_with("/v1/");
}

void Gateway::Handle(std::shared_ptr<rpc::Exchange> exchange) { state_->Handle(std::move(exchange)); }
const std::string& Gateway::openapi() { return state_->openapi(); }

}  // namespace edm::master::rest
