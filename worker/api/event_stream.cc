#include "worker/api/event_stream.h"

#include "common/rpc/mapping/attempt.h"

namespace edm::worker {

void EventStream::Start(const AgentParts& parts, std::shared_ptr<rpc::ServerCall> call, AttemptKey key,
                        std::uint32_t after) {
  const std::shared_ptr<EventStream> self(new EventStream(parts, call, std::move(key), after));
  // The subscription holds the stream only weakly; the call's own callback keeps it until the client leaves.
  const std::weak_ptr<EventStream> weak = self;
  auto following = parts.events.Follow(self->key_, [weak] {
    if (const auto stream = weak.lock()) stream->Wake();
  });
  {
    // An event that came meanwhile may have ended the stream already.
    const std::lock_guard lock(self->mutex_);
    if (!self->finished_) self->following_ = std::move(following);
  }
  call->OnCancel([self] { self->Sent(false); });
  self->Wake();
}

void EventStream::Wake() {
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    again_ = true;
    if (pumping_) return;
    pumping_ = true;
  }
  if (!parts_.pool.Post([self = shared_from_this()] { self->Pump(); })) {
    Finish(Error{.code = Code::kResourceExhausted,
                 .object = "worker",
                 .cause = "too many streams wait for it",
                 .hint = "attach again from the last cursor"});
  }
}

void EventStream::Pump() {
  {
    const std::lock_guard lock(mutex_);
    again_ = false;
  }
  auto events = parts_.events.Read(key_, cursor_, kEventsAtOnce);
  if (!events.ok()) return Finish(std::move(events).error());
  if (!events->empty()) return Send(*events);
  {
    const std::lock_guard lock(mutex_);
    pumping_ = false;
    if (!again_) return;
  }
  Wake();
}

void EventStream::Send(const std::vector<AttemptEvent>& events) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& event = events[i];
    cursor_ = event.cursor;
    const auto message = rpc::ToProto(event);
    if (std::holds_alternative<AttemptEnd>(event.what)) {
      call_->Send(message, [self = shared_from_this()](bool is_there) {
        if (!is_there) return;
        // Should the queue be full, the history is forgotten by its age.
        [[maybe_unused]] const bool posted = self->parts_.pool.Post(
            [self] { self->parts_.attempts.EndWasDelivered(self->key_.instance, self->key_.attempt); });
      });
      return Finish(Ok());
    }
    if (i + 1 < events.size()) {
      call_->Send(message);
    } else {
      call_->Send(message, [self = shared_from_this()](bool is_there) { self->Sent(is_there); });
    }
  }
}

void EventStream::Sent(bool is_there) {
  std::unique_ptr<EventLog::Subscription> ended;
  {
    const std::lock_guard lock(mutex_);
    pumping_ = false;
    if (!is_there && !finished_) {
      ended = std::move(following_);
      finished_ = true;
    }
    if (finished_) {
      // A call whose client left is finished all the same.
      if (ended)
        call_->Finish(Error{.code = Code::kCancelled, .object = "stream", .cause = "the client left"});
      return;
    }
  }
  Wake();
}

void EventStream::Finish(Status status) {
  std::unique_ptr<EventLog::Subscription> ended;
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
    ended = std::move(following_);
  }
  call_->Finish(std::move(status));
}

}  // namespace edm::worker
