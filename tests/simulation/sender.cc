#include "tests/simulation/sender.h"

namespace edm::simulation {
namespace {

constexpr std::size_t kEventsAtOnce = 128;

}  // namespace

void Sender::Start() {
  const std::weak_ptr<Sender> weak = shared_from_this();
  following_ = parts_.events.Follow(key_, [weak] {
    if (const auto self = weak.lock()) self->Wake();
  });
  Wake();
}

void Sender::Reset() {
  is_over_ = true;
  following_.reset();
  stream_->Reset();
}

void Sender::Wake() {
  if (is_over_ || is_woken_) return;
  is_woken_ = true;
  parts_.agenda.After(Millis(0), parts_.life, [self = shared_from_this()] { self->Pump(); });
}

void Sender::Pump() {
  is_woken_ = false;
  const auto events = parts_.events.Read(key_, cursor_, kEventsAtOnce);
  for (const auto& event : *events) {
    cursor_ = event.cursor;
    if (!stream_->Send(event)) break;
    if (!std::holds_alternative<AttemptEnd>(event.what)) continue;
    stream_->Finish(Ok());
    is_over_ = true;
    following_.reset();
    return parts_.attempts.EndWasDelivered(key_.instance, key_.attempt);
  }
  if (stream_->is_open()) return;
  is_over_ = true;
  following_.reset();
}

}  // namespace edm::simulation
