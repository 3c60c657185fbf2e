#include "master/api/rest/rest_call.h"

#include <utility>

#include "master/api/rest/answer.h"

namespace edm::master::rest {
namespace {

constexpr std::size_t kPieceMax = 256 * 1024;  // bytes of one request of an upload

}  // namespace

RestCall::RestCall(std::shared_ptr<rpc::Exchange> exchange, std::shared_ptr<const Route> route,
                   rpc::Caller caller)
    : exchange_(std::move(exchange)), route_(std::move(route)), caller_(std::move(caller)) {}

void RestCall::Run(std::shared_ptr<const google::protobuf::Message> first) {
  auto self = shared_from_this();
  exchange_->OnGone([weak = weak_from_this()] {
    if (const auto call = weak.lock()) call->Gone();
  });
  std::shared_ptr<ServerCall> handle(this, [self](ServerCall*) {
    self->Finish(
        Error{Code::kInternal, self->route_->rpc().name(), "it was dropped without an answer", {}, ""});
  });
  strand_.Post([this, handle = std::move(handle), first = std::move(first)]() mutable {
    route_->method->handler(std::move(handle), *first);
  });
}

bool RestCall::ended() const {
  const std::scoped_lock lock(mutex_);
  return ended_;
}

bool RestCall::TakeEnd(std::function<void()>& on_cancel) {
  const std::scoped_lock lock(mutex_);
  on_cancel = std::exchange(on_cancel_, nullptr);
  return !std::exchange(ended_, true);
}

void RestCall::Finish(Status status) {
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(handler_finished_, true)) return;
  }
  std::function<void()> on_cancel;
  if (TakeEnd(on_cancel)) Answer(std::move(status));
}

void RestCall::End(Error reason) {
  std::function<void()> on_cancel;
  if (!TakeEnd(on_cancel)) return;
  Answer(std::move(reason));
  if (on_cancel) strand_.Post(std::move(on_cancel));
}

// The client left, or the server stops: only in the second case anybody reads the answer.
void RestCall::Gone() {
  End(Error{Code::kUnavailable, "server", "it is stopping", {}, "ask again in a moment"});
}

void RestCall::TellHandler() {
  std::function<void()> on_cancel;
  {
    const std::scoped_lock lock(mutex_);
    told_ = true;
    on_cancel = std::exchange(on_cancel_, nullptr);
  }
  if (on_cancel) strand_.Post(std::move(on_cancel));
}

void RestCall::OnCancel(std::function<void()> on_cancel) {
  {
    const std::scoped_lock lock(mutex_);
    if (handler_finished_) return;
    if (!ended_ && !told_) {
      on_cancel_ = std::move(on_cancel);
      return;
    }
  }
  strand_.Post(std::move(on_cancel));
}

void RestCall::Read(OnMessage on_message) {
  bool more = false;
  {
    const std::scoped_lock lock(mutex_);
    if (ended_) return;
    if (route_->body != Route::Body::kRaw) body_ended_ = true;
    more = !body_ended_ && rest_.empty();
  }
  if (!more) return Deliver(on_message);
  exchange_->ReadPiece([self = shared_from_this(), on_message = std::move(on_message)](
                           Result<std::string> piece) { self->TakePiece(std::move(piece), on_message); });
}

void RestCall::TakePiece(Result<std::string> piece, const OnMessage& on_message) {
  if (!piece.ok()) {
    return End(OfBody(std::move(piece).error(), *route_));
  }
  {
    const std::scoped_lock lock(mutex_);
    if (piece->empty()) body_ended_ = true;
    rest_ = std::move(piece).value();
  }
  Deliver(on_message);
}

void RestCall::Deliver(const OnMessage& on_message) {
  std::shared_ptr<google::protobuf::Message> message;
  {
    const std::scoped_lock lock(mutex_);
    if (ended_) return;
    if (!rest_.empty()) {
      message.reset(route_->method->request_prototype->New());
      const auto* data = message->GetDescriptor()->FindFieldByName("data");
      message->GetReflection()->SetString(message.get(), data, rest_.substr(0, kPieceMax));
      rest_.erase(0, kPieceMax);
    }
  }
  strand_.Post([on_message, message] { on_message(message.get()); });
}

}  // namespace edm::master::rest
