#include "master/api/rest/request_reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/model/names.h"
#include "common/rpc/access.h"
#include "common/rpc/http/target.h"
#include "edm/v1/model.pb.h"
#include "master/api/rest/fields.h"
#include "master/api/rest/json.h"

namespace edm::master::rest {
namespace {

namespace pb = google::protobuf;

// Sets a string field from a header; the same field set otherwise by another part of the request is refused.
Status SetFromHeader(pb::Message& message, const char* field_name, std::string_view header,
                     std::string_view value) {
  const auto* field = message.GetDescriptor()->FindFieldByName(field_name);
  if (field == nullptr) return Ok();
  const auto given = message.GetReflection()->GetString(message, field);
  if (!given.empty() && given != value) {
    return Error{Code::kInvalidArgument,
                 "header " + std::string(header),
                 "it says otherwise than the field " + std::string(field_name),
                 {},
                 "give one of them"};
  }
  if (!IsUtf8(value))
    return Error{Code::kInvalidArgument, "header " + std::string(header), "it is not UTF-8", {}, "encode it"};
  message.GetReflection()->SetString(&message, field, std::string(value));
  return Ok();
}

// The value of an entity tag: "7", W/"7" or 7.
std::string_view Untagged(std::string_view tag) {
  tag = Trim(tag);
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  return tag;
}

Status ReadHeaders(const Route& route, const rpc::HttpRequest& request, pb::Message& message) {
  const auto& headers = request.headers;
  if (headers.Has("Idempotency-Key")) {
    EDM_CHECK(SetFromHeader(message, "request_id", "Idempotency-Key", headers.Get("Idempotency-Key")));
  }
  if (headers.Has("Last-Event-ID")) {
    EDM_CHECK(SetFromHeader(message, "after", "Last-Event-ID", headers.Get("Last-Event-ID")));
  }
  const auto tag = Untagged(headers.Get("If-Match"));
  if (tag.empty() || tag == "*" || route.verb == "GET") return Ok();
  if (message.GetDescriptor()->FindFieldByName("revision") == nullptr) {
    return Error{
        Code::kInvalidArgument, "header If-Match", "this call takes no revision", {}, "leave the header out"};
  }
  return SetFromHeader(message, "revision", "If-Match", tag);
}

Result<std::optional<Millis>> ReadWait(const Route& route, const rpc::HttpRequest& request) {
  if (!StartsOperation(route)) return std::optional<Millis>();
  for (const auto& [name, value] : rpc::ParseQuery(request.query)) {
    if (name != "wait") continue;
    auto wait = ParseDuration(value);
    if (!wait.ok()) return About(std::move(wait).error(), "parameter wait");
    return std::optional(std::min(*wait, kWaitMax));
  }
  for (const auto& preference : Split(request.headers.Get("Prefer"), ',')) {
    const auto text = Trim(preference);
    if (!text.starts_with("wait=")) continue;
    const auto wait = ParseDuration(text.substr(5));
    if (wait.ok()) return std::optional(std::min(*wait, kWaitMax));
  }
  return std::optional<Millis>();
}

bool IsRepeated(const pb::Message& message, const std::string& name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && field->is_repeated();
}

Status ReadQuery(const Route& route, const rpc::HttpRequest& request, pb::Message& message) {
  std::set<std::string> seen;
  for (const auto& [name, value] : rpc::ParseQuery(request.query)) {
    if (name == "wait" && StartsOperation(route)) continue;
    if (name == "data" && route.body == Route::Body::kRaw) {
      return Error{Code::kInvalidArgument,
                   "parameter data",
                   "the data is the body of the request",
                   {},
                   "leave it out: curl -T FILE"};
    }
    EDM_CHECK(SetFromText(message, name, value));
    if (!seen.insert(name).second && !IsRepeated(message, name)) {
      return Error{Code::kInvalidArgument,
                   "parameter " + Shown(name),
                   "it is given twice",
                   {},
                   "give it once: it takes one value"};
    }
  }
  return Ok();
}

Status ReadPath(const RouteTable::Match& match, pb::Message& message) {
  for (const auto& [name, value] : match.variables) {
    const auto* field = message.GetDescriptor()->FindFieldByName(name);
    const auto given = message.GetReflection()->GetString(message, field);
    if (!given.empty() && given != value) {
      return Error{Code::kInvalidArgument,
                   "field " + name,
                   "it says otherwise than the path",
                   {},
                   "leave it out: the path names it"};
    }
    message.GetReflection()->SetString(&message, field, value);
  }
  return Ok();
}

}  // namespace

Result<ReadRequest> Read(const RouteTable::Match& match, const rpc::HttpRequest& request,
                         std::string_view body) {
  const auto& route = *match.route;
  ReadRequest read{std::shared_ptr<pb::Message>(route.method->request_prototype->New()), std::nullopt};
  EDM_TRY(read.wait, ReadWait(route, request));
  if (route.body == Route::Body::kJson) EDM_CHECK(FromJson(body, *read.message));
  EDM_CHECK(ReadQuery(route, request, *read.message));
  EDM_CHECK(ReadHeaders(route, request, *read.message));
  EDM_CHECK(ReadPath(match, *read.message));
  return read;
}

rpc::Credentials CredentialsOf(const rpc::HttpRequest& request) {
  constexpr std::string_view kBasic = "basic ";
  const auto header = request.headers.Get("Authorization");
  rpc::Credentials credentials;
  credentials.bearer = rpc::BearerOf(header);
  if (Folded(header.substr(0, kBasic.size())) == kBasic) {
    const auto pair = FromBase64(Trim(header.substr(kBasic.size()))).value_or("");
    const auto colon = pair.find(':');
    if (colon != std::string::npos) credentials.bearer = pair.substr(colon + 1);
  }
  return credentials;
}

bool StartsOperation(const Route& route) {
  return route.rpc().output_type() == edm::v1::Operation::descriptor() && !route.streams() &&
         route.verb != "GET";
}

}  // namespace edm::master::rest
