#include "master/api/services/event_watch.h"

#include <utility>

namespace edm::master {

EventWatch::EventWatch(CallPointer call, Executor& pool, Step step)
    : call_(std::move(call)), pool_(pool), step_(std::move(step)) {}

void EventWatch::Begin() {
  const auto self = shared_from_this();
  // While it waits for the log, the call's cancel callback is what keeps the watch.
  call_->OnCancel([self] {
    self->gone_ = true;
    self->Later();
  });
  wake_ = std::make_shared<std::function<void()>>([weak = weak_from_this()] {
    if (const auto held = weak.lock()) held->Later();
  });
  Later();
}

void EventWatch::Later() {
  if (pool_.Post([self = shared_from_this()] { self->Pump(); })) return;
  call_->Finish(Error{
      Code::kResourceExhausted, "master", "too much work waits already", {}, "watch again a little later"});
}

void EventWatch::Pump() {
  if (gone_) return call_->Finish(Error{Code::kCancelled, "watch", "the client is gone", {}, ""});
  const auto next = step_(*call_, wake_, [weak = weak_from_this()](bool sent) {
    const auto held = weak.lock();
    if (held == nullptr) return;
    if (!sent) held->gone_ = true;
    held->Later();
  });
  if (!next.ok()) return call_->Finish(next.error());
  if (*next == Next::kEnd) call_->Finish(Ok());
}

}  // namespace edm::master
