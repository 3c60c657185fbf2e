#include "master/api/rest/unary_call.h"

#include <google/protobuf/util/time_util.h>

#include <utility>

#include "edm/v1/master_service.pb.h"
#include "master/api/rest/answer.h"
#include "master/api/rest/wait_call.h"

namespace edm::master::rest {
namespace {

constexpr std::string_view kWaitMethod = "/edm.v1.Master/WaitOperation";

}  // namespace

UnaryCall::UnaryCall(std::shared_ptr<rpc::Exchange> exchange, std::shared_ptr<const RouteTable> routes,
                     std::shared_ptr<const Route> route, rpc::Caller caller, std::shared_ptr<JsonMemo> memo)
    : RestCall(std::move(exchange), std::move(route), std::move(caller)),
      routes_(std::move(routes)),
      memo_(std::move(memo)) {}

void UnaryCall::WaitForTheEnd(const rpc::MethodTable& table, Millis at_most) {
  table_ = &table;
  wait_ = at_most;
}

void UnaryCall::Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent) {
  {
    const std::scoped_lock lock(mutex_);
    message_.reset(message.New());
    message_->CopyFrom(message);
  }
  if (on_sent) strand().Post([on_sent = std::move(on_sent)] { on_sent(true); });
}

void UnaryCall::Answer(Status status) {
  std::unique_ptr<google::protobuf::Message> message;
  {
    const std::scoped_lock lock(mutex_);
    message = std::move(message_);
  }
  if (status.ok() && !message) {
    status = Error{Code::kInternal, route().rpc().name(), "it ended without an answer", {}, ""};
  }
  if (!status.ok()) return exchange().Respond(ProblemOf(exchange().request(), status.error()));
  const bool waits = table_ != nullptr && StartWaiting(static_cast<const edm::v1::Operation&>(*message));
  if (!waits) Respond(*message);
}

void UnaryCall::Respond(const google::protobuf::Message& message) {
  exchange().Respond(AnswerOf({*routes_, *memo_}, route(), exchange().request(), message));
}

bool UnaryCall::StartWaiting(const edm::v1::Operation& operation) {
  const auto* method = table_->Find(kWaitMethod);
  if (method == nullptr || HasEnded(operation)) return false;
  edm::v1::WaitOperationRequest request;
  request.set_id(operation.id());
  *request.mutable_timeout() = google::protobuf::util::TimeUtil::MillisecondsToDuration(wait_.count());
  // Where waiting fails, the operation as it was is still a true answer.
  const auto self = std::static_pointer_cast<UnaryCall>(shared_from_this());
  auto call = std::make_shared<WaitCall>(caller(), [self, operation](Result<edm::v1::Operation> ended) {
    self->Respond(ended.ok() ? *ended : operation);
  });
  exchange().OnGone([weak = std::weak_ptr<WaitCall>(call)] {
    if (const auto waiting = weak.lock()) waiting->Cancel();
  });
  method->handler(std::move(call), request);
  return true;
}

}  // namespace edm::master::rest
