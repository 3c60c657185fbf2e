#include "worker/api/paced_sender.h"

namespace edm::worker {

std::shared_ptr<PacedSender> PacedSender::For(std::shared_ptr<rpc::ServerCall> call) {
  const std::shared_ptr<PacedSender> sender(new PacedSender(call));
  call->OnCancel([weak = std::weak_ptr(sender)] {
    if (const auto held = weak.lock()) held->Sent(false);
  });
  return sender;
}

bool PacedSender::Send(const google::protobuf::Message& message) {
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return unsent_ < kUnsentMax || gone_.stop_requested(); });
    if (gone_.stop_requested()) return false;
    ++unsent_;
  }
  call_->Send(message, [self = shared_from_this()](bool is_there) { self->Sent(is_there); });
  return true;
}

void PacedSender::Sent(bool is_there) {
  if (!is_there) gone_.request_stop();
  const std::lock_guard lock(mutex_);
  if (unsent_ > 0) --unsent_;
  room_.notify_all();
}

}  // namespace edm::worker
