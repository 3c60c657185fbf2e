#include "tests/simulation/stream.h"

#include <algorithm>

namespace edm::simulation {
namespace {

constexpr Millis kKeepAlive{3'000};

Error Broken() { return {Code::kUnavailable, "stream", "the connection broke"}; }

}  // namespace

Millis Stream::Arrival() {
  const auto at = agenda_.now() + network_.DelayOfStream(ends_.worker, ends_.master);
  last_arrival_ = std::max(last_arrival_, at);
  return last_arrival_ - agenda_.now();
}

bool Stream::Send(const AttemptEvent& event) {
  if (!is_open()) return false;
  if (!network_.Passes(ends_.worker, ends_.master)) {
    Break(dice_.Between(Millis(500), kKeepAlive));
    return false;
  }
  agenda_.After(Arrival(), ends_.reader, [self = shared_from_this(), event] {
    if (self->is_open_ && !self->is_done_) self->ends_.on_event(event);
  });
  return true;
}

void Stream::Finish(const Status& status) {
  if (!is_open()) return;
  if (!network_.Passes(ends_.worker, ends_.master)) return Break(kKeepAlive);
  Done(Arrival(), status);
}

void Stream::Reset() {
  if (!is_open_) return;
  const bool heard = network_.Passes(ends_.worker, ends_.master);
  Break(heard ? Millis(1) : dice_.Between(Millis(500), kKeepAlive));
}

void Stream::Cancel() {
  if (!is_open_) return;
  is_open_ = false;
  Done(Millis(0), Error{Code::kCancelled, "stream", "cancelled"});
}

void Stream::KeepAlive() {
  agenda_.After(kKeepAlive, ends_.reader, [self = shared_from_this()] {
    if (!self->is_open_ || self->is_done_) return;
    const auto& [worker, master] = std::pair(self->ends_.worker, self->ends_.master);
    if (!self->network_.Passes(worker, master) || !self->network_.Passes(master, worker))
      return self->Break(Millis(0));
    self->KeepAlive();
  });
}

void Stream::Break(Millis noticed_after) {
  is_open_ = false;
  Done(noticed_after, Broken());
}

void Stream::Done(Millis after, const Status& status) {
  agenda_.After(after, ends_.reader, [self = shared_from_this(), status] {
    self->is_open_ = false;
    if (std::exchange(self->is_done_, true)) return;
    self->ends_.on_done(status);
  });
}

}  // namespace edm::simulation
