#include "worker/adapters/docker/engine_api.h"

#include <nlohmann/json.hpp>

#include "common/rpc/http/target.h"
#include "worker/adapters/docker/engine_error.h"

namespace edm::worker {
namespace {

constexpr std::string_view kApi = "/v1.41";
constexpr std::size_t kErrorBytesMax = 64 * 1024;
constexpr std::size_t kIdleConnectionsMax = 8;
constexpr int kNotModified = 304;

rpc::HttpClientOptions OptionsFor(const std::string& endpoint) {
  rpc::HttpClientOptions options;
  options.url = endpoint;
  options.idle_connections_max = kIdleConnectionsMax;
  return options;
}

Result<nlohmann::json> Parse(const std::string& body, std::string_view object) {
  if (body.empty()) return nlohmann::json();
  auto document = nlohmann::json::parse(body, nullptr, false);
  if (document.is_discarded()) {
    return Error{Code::kInternal,
                 std::string(object),
                 "the engine's answer is not JSON",
                 {},
                 "see whether the socket is that of a Docker engine"};
  }
  return document;
}

}  // namespace

EngineApi::EngineApi(std::string endpoint)
    : endpoint_(std::move(endpoint)), http_(std::make_unique<rpc::HttpClient>(OptionsFor(endpoint_))) {}

EngineApi::~EngineApi() = default;

Error EngineApi::Explained(Error error) const {
  if (error.code == Code::kUnavailable) {
    error.object = "container engine at " + endpoint_;
    error.hint = "see whether the engine runs and its socket may be opened (systemctl status docker)";
  } else if (error.code == Code::kDeadlineExceeded) {
    error.object = "container engine at " + endpoint_;
    error.hint = "the engine is slow or hangs: see its log and the machine's load";
  }
  return error;
}

Result<nlohmann::json> EngineApi::Call(rpc::HttpCall call, std::string_view object) const {
  call.target = std::string(kApi) + call.target;
  call.stall = call.deadline;
  auto reply = http_->Call(call);
  if (!reply.ok()) {
    auto error = Explained(std::move(reply).error());
    error.evidence.push_back(call.method + " " + call.target);
    return error;
  }
  if (!reply->ok() && reply->status != kNotModified) {
    return EngineError(reply->status, EngineMessage(reply->body), object);
  }
  return Parse(reply->body, object);
}

Status EngineApi::Ping(Millis deadline) const {
  EDM_TRY(const auto version, Get("/version", "container engine", deadline));
  if (version.is_object()) return Ok();
  return Error{Code::kInternal,
               "container engine at " + endpoint_,
               "what answers is no Docker engine",
               {},
               "see whether the socket is that of a Docker engine"};
}

Result<nlohmann::json> EngineApi::Get(const std::string& path, std::string_view object,
                                      Millis deadline) const {
  rpc::HttpCall call;
  call.target = path;
  call.deadline = deadline;
  return Call(std::move(call), object);
}

Result<nlohmann::json> EngineApi::Post(const std::string& path, const nlohmann::json& body,
                                       std::string_view object, Millis deadline) const {
  rpc::HttpCall call;
  call.method = "POST";
  call.target = path;
  call.deadline = deadline;
  if (!body.is_null()) {
    call.headers.Set("Content-Type", "application/json");
    call.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  return Call(std::move(call), object);
}

Status EngineApi::Delete(const std::string& path, std::string_view object, Millis deadline) const {
  rpc::HttpCall call;
  call.method = "DELETE";
  call.target = path;
  call.deadline = deadline;
  auto gone = Call(std::move(call), object);
  if (gone.ok() || gone.error().code == Code::kNotFound) return Ok();
  return std::move(gone).error();
}

Status EngineApi::Stream(rpc::HttpCall call, std::string_view object,
                         const std::function<Status(std::string_view)>& sink, std::stop_token stop) const {
  call.target = std::string(kApi) + call.target;
  std::string refusal;
  auto reply = http_->Stream(
      call,
      [&](int status, std::string_view piece) -> Status {
        if (status < 300) return sink(piece);
        if (refusal.size() < kErrorBytesMax) refusal += piece;
        return Ok();
      },
      stop);
  if (!reply.ok()) return Explained(std::move(reply).error());
  if (reply->status >= 300) return EngineError(reply->status, EngineMessage(refusal), object);
  return Ok();
}

Result<std::unique_ptr<rpc::DuplexStream>> EngineApi::Hijack(const std::string& path,
                                                             const nlohmann::json& body,
                                                             std::string_view object) const {
  rpc::HttpCall call;
  call.method = "POST";
  call.target = std::string(kApi) + path;
  call.headers.Set("Content-Type", "application/json");
  call.body = body.dump();
  call.deadline = kCallDeadline;
  call.stall = rpc::kNever;
  auto upgraded = http_->Upgrade(call, "tcp");
  if (!upgraded.ok()) return Explained(std::move(upgraded).error());
  if (upgraded->stream == nullptr) {
    return EngineError(upgraded->reply.status, EngineMessage(upgraded->reply.body), object);
  }
  return std::move(upgraded->stream);
}

std::string WithFilters(
    std::string_view path,
    std::initializer_list<std::pair<std::string_view, std::vector<std::string>>> filters) {
  nlohmann::json document = nlohmann::json::object();
  for (const auto& [kind, values] : filters) document[std::string(kind)] = values;
  const char joint = path.find('?') == std::string_view::npos ? '?' : '&';
  return std::string(path) + joint + "filters=" + rpc::PercentEncode(document.dump());
}

}  // namespace edm::worker
