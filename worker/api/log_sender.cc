#include "worker/api/log_sender.h"

#include <utility>

namespace edm::worker {

std::shared_ptr<LogSender> LogSender::For(std::shared_ptr<rpc::ServerCall> call) {
  const std::shared_ptr<LogSender> sender(new LogSender(call));
  call->OnCancel([weak = std::weak_ptr(sender)] {
    if (const auto held = weak.lock()) held->Sent(false);
  });
  return sender;
}

bool LogSender::Send(v1::LogLine line) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return waiting_bytes_ < kBatchBytesMax || gone_.stop_requested(); });
  if (gone_.stop_requested()) return false;
  waiting_bytes_ += line.ByteSizeLong();
  *waiting_.add_lines() = std::move(line);
  if (!under_way_) Flush(std::move(lock));
  return true;
}

void LogSender::Finish(Status status) {
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return !under_way_ || gone_.stop_requested(); });
  }
  call_->Finish(std::move(status));
}

void LogSender::Flush(std::unique_lock<std::mutex> lock) {
  const auto lines = std::exchange(waiting_, {});
  waiting_bytes_ = 0;
  under_way_ = true;
  room_.notify_all();
  lock.unlock();
  call_->Send(lines, [self = shared_from_this()](bool is_there) { self->Sent(is_there); });
}

void LogSender::Sent(bool is_there) {
  if (!is_there) gone_.request_stop();
  std::unique_lock lock(mutex_);
  under_way_ = false;
  room_.notify_all();
  if (is_there && waiting_bytes_ > 0) Flush(std::move(lock));
}

}  // namespace edm::worker
