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

void Outbox::OnRoom(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    if (queued_bytes_ >= kWriteAheadBytes) {
      on_room_ = std::move(callback);
      return;
    }
  }
  callback();
}

void Outbox::Sent(std::size_t bytes) {
  std::function<void()> on_room;
  {
    const std::lock_guard lock(mutex_);
    queued_bytes_ -= bytes;
    if (queued_bytes_ >= kWriteAheadBytes) return;
    room_.notify_all();
    on_room = std::exchange(on_room_, nullptr);
  }
  if (on_room) on_room();
}

bool Outbox::Idle() {
  const std::lock_guard lock(mutex_);
  if (!waiting_.empty()) return false;
  sending_ = false;
  return true;
}

void Outbox::Close() {
  std::function<void()> dropped;  // outside the lock
  const std::lock_guard lock(mutex_);
  dropped = std::exchange(on_room_, nullptr);
  closed_ = true;
  waiting_.clear();
  room_.notify_all();
}

bool Outbox::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

}  // namespace edm::rpc
