#include "master/api/rest/stream_call.h"

#include <utility>

#include "master/api/rest/answer.h"

namespace edm::master::rest {
namespace {

constexpr Millis kHeadAfter{500};  // at the latest, so that the client knows it is connected
constexpr Millis kHeartbeatEvery{15'000};

SteadyTime SteadyNow() { return std::chrono::time_point_cast<Millis>(std::chrono::steady_clock::now()); }

}  // namespace

StreamCall::StreamCall(std::shared_ptr<rpc::Exchange> exchange, std::shared_ptr<const Route> route,
                       rpc::Caller caller, StreamForm form)
    : RestCall(std::move(exchange), std::move(route), std::move(caller)),
      form_(form),
      quiet_since_(SteadyNow()) {}

void StreamCall::BeginLocked() {
  if (std::exchange(begun_, true)) return;
  rpc::HttpHead head;
  head.headers = {{"Content-Type", std::string(ContentType(form_))},
                  {"Cache-Control", "no-store"},
                  {"X-Accel-Buffering", "no"},  // nginx would hold events back
                  {"X-Content-Type-Options", "nosniff"}};
  exchange().Begin(std::move(head));
}

void StreamCall::Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent) {
  auto text = EventText(form_, message);
  bool sent = false;
  bool lost = false;
  {
    const std::scoped_lock lock(mutex_);
    if (!closed_) {
      BeginLocked();
      quiet_since_ = SteadyNow();
      sent = exchange().Send(std::move(text));
      lost = !sent;
      if (sent && on_sent) pending_.push_back(std::exchange(on_sent, nullptr));
    }
  }
  if (lost) Gone();
  if (!sent && on_sent) strand().Post([on_sent = std::move(on_sent)] { on_sent(false); });
  if (sent) AwaitDrain();
}

void StreamCall::AwaitDrain() {
  {
    const std::scoped_lock lock(mutex_);
    if (pending_.empty() || closed_ || std::exchange(awaiting_drain_, true)) return;
  }
  exchange().OnRoom([weak = weak_from_this()] {
    if (const auto call = weak.lock()) static_cast<StreamCall&>(*call).Drained();
  });
}

void StreamCall::Drained() {
  std::deque<std::function<void(bool)>> told;
  {
    const std::scoped_lock lock(mutex_);
    awaiting_drain_ = false;
    told.swap(pending_);
  }
  for (auto& on_sent : told) {
    strand().Post([on_sent = std::move(on_sent)] { on_sent(true); });
  }
  AwaitDrain();
}

bool StreamCall::Tick(SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  if (closed_) return false;
  const auto quiet = now - quiet_since_;
  if (!begun_ ? quiet < kHeadAfter : quiet < kHeartbeatEvery) return true;
  BeginLocked();
  quiet_since_ = now;
  const auto text = HeartbeatText(form_);
  if (!text.empty()) exchange().Send(std::string(text));
  return true;
}

void StreamCall::Answer(Status status) {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    if (!begun_ && !status.ok()) {
      exchange().Respond(ProblemOf(exchange().request(), status.error()));
    } else {
      BeginLocked();
      const auto text = EndText(form_, status);
      if (!text.empty()) exchange().Send(text);
      exchange().Finish();
    }
  }
  FailPending();
}

// After the end nobody waits for the rest to go out; what was written before it still does.
void StreamCall::FailPending() {
  std::deque<std::function<void(bool)>> told;
  {
    const std::scoped_lock lock(mutex_);
    told.swap(pending_);
  }
  for (auto& on_sent : told) {
    strand().Post([on_sent = std::move(on_sent)] { on_sent(false); });
  }
}

}  // namespace edm::master::rest
