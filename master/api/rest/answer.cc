#include "master/api/rest/answer.h"

#include <google/protobuf/empty.pb.h>

#include "common/rpc/http/target.h"
#include "common/rpc/status.h"
#include "master/api/rest/json.h"
#include "master/api/rest/request_reader.h"
#include "master/ports/full_disk.h"

namespace edm::master::rest {
namespace {

constexpr const char* kBody = "body";
constexpr const char* kUpload = "upload";  // as the intake names it

std::string StringField(const google::protobuf::Message& message, const char* name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  const bool is_string = field != nullptr && !field->is_repeated() &&
                         field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING;
  return is_string ? message.GetReflection()->GetString(message, field) : std::string();
}

bool IsOfBody(const Error& error) {
  return error.object == kBody || error.object == kUpload || error.object.starts_with("archive entry ");
}

}  // namespace

bool HasEnded(const edm::v1::Operation& operation) {
  return operation.state() != edm::v1::Operation::PENDING && operation.state() != edm::v1::Operation::RUNNING;
}

rpc::HttpAnswer AnswerOf(const AnswerParts& parts, const Route& route, const rpc::HttpRequest& request,
                         const google::protobuf::Message& message) {
  rpc::HttpAnswer answer;
  answer.headers.Set("Cache-Control", "no-store");
  if (message.GetDescriptor() == google::protobuf::Empty::descriptor()) {
    answer.status = 204;
    return answer;
  }
  const auto id = StringField(message, "id");
  if (StartsOperation(route)) {
    answer.status = HasEnded(static_cast<const edm::v1::Operation&>(message)) ? 200 : 202;
    answer.headers.Set("Location", "/v1/operations/" + rpc::PercentEncode(id));
  } else if (route.rpc().name().starts_with("Create")) {
    answer.status = 201;
    if (!id.empty() && parts.routes.CanGet(route.path + "/{id}")) {
      answer.headers.Set("Location", route.path + "/" + rpc::PercentEncode(id));
    }
  }
  if (const auto revision = StringField(message, "revision"); !revision.empty()) {
    const auto tag = "\"" + revision + "\"";
    answer.headers.Set("ETag", tag);
    answer.headers.Set("Cache-Control", "private, no-cache");
    if (route.verb == "GET" && request.headers.Get("If-None-Match") == tag) {
      answer.status = 304;
      return answer;
    }
  }
  answer.headers.Set("Content-Type", "application/json");
  answer.headers.Set("X-Content-Type-Options", "nosniff");
  answer.body = route.verb == "GET" ? parts.memo.Show(message) : ToJson(message, true);
  answer.body += '\n';
  return answer;
}

Error OfBody(Error error, const Route& route) {
  if (error.code == Code::kUnavailable) return error;  // the server's side
  const bool upload = route.body == Route::Body::kRaw;
  error.object = upload ? kUpload : kBody;
  if (error.code == Code::kDataLoss) error.code = Code::kInvalidArgument;
  if (error.code == Code::kResourceExhausted) {
    error.hint = upload ? "leave out what the build does not need (.dockerignore), or raise upload.bytes_max"
                        : "send less: files come by PUT /v1/instances/{id}/source";
  }
  return error;
}

rpc::HttpAnswer ProblemOf(const rpc::HttpRequest& request, const Error& error) {
  if (error.code == Code::kAborted && request.headers.Has("If-Match")) return ProblemOf(error, 412);
  if (error.code == Code::kResourceExhausted && error.object == kMasterDisk) return ProblemOf(error, 507);
  if (error.code == Code::kResourceExhausted && IsOfBody(error)) return ProblemOf(error, 413);
  if (error.code == Code::kDeadlineExceeded && IsOfBody(error)) return ProblemOf(error, 408);
  return ProblemOf(error, rpc::HttpStatus(error.code));
}

rpc::HttpAnswer ProblemOf(const Error& error, int status) {
  rpc::HttpAnswer answer;
  answer.status = status;
  answer.headers.Set("Content-Type", "application/problem+json");
  answer.headers.Set("Cache-Control", "no-store");
  answer.headers.Set("X-Content-Type-Options", "nosniff");
  if (status == 401) answer.headers.Set("WWW-Authenticate", "Bearer realm=\"edm\"");
  if (status == 429 || status == 503) answer.headers.Set("Retry-After", "1");
  answer.body = rpc::ToProblem(error, status);
  return answer;
}

}  // namespace edm::master::rest
