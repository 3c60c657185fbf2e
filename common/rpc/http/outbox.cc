#include "common/rpc/http/outbox.h"

#include <limits>
#include <utility>

namespace edm::rpc {

Outbox::Taken Outbox::Push(std::string bytes) {
  return PushWithin(std::move(bytes), std::numeric_limits<std::size_t>::max());
}

Outbox::Taken Outbox::PushWithin(std::string bytes, std::size_t bytes_max) {
  const std::lock_guard lock(mutex_);
  if (closed_ || bytes.size() > bytes_max || queued_bytes_ > bytes_max - bytes.size()) return Taken::kNo;
  queued_bytes_ += bytes.size();
  waiting_.push_back(std::move(bytes));
  return std::exchange(sending_, true) ? Taken::kYes : Taken::kYesAndWake;
}

bool Outbox::AwaitRoom() {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return closed_ || queued_bytes_ < kWriteAheadBytes; });
  return !closed_;
}

std::deque<std::string> Outbox::TakeAll() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

void Outbox::Sent(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  queued_bytes_ -= bytes;
  if (queued_bytes_ < kWriteAheadBytes) room_.notify_all();
}

bool Outbox::Idle() {
  const std::lock_guard lock(mutex_);
  if (!waiting_.empty()) return false;
  sending_ = false;
  return true;
}

void Outbox::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  waiting_.clear();
  room_.notify_all();
}

bool Outbox::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace edm::rpc
