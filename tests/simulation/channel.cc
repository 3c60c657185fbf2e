#include "tests/simulation/channel.h"

#include "master/adapters/channel/attempt_follower.h"
#include "master/adapters/channel/grpc_worker_channel.h"
#include "tests/simulation/call.h"
#include "tests/simulation/worker_process.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr Millis kConnectWithin{2'000};
constexpr Millis kCallDeadline{1'500};

// As the real follower has it: no use to ask again.
bool IsFinal(Code code) {
  return code != Code::kUnavailable && code != Code::kDeadlineExceeded && code != Code::kCancelled &&
         code != Code::kInternal;
}

}  // namespace

struct Channel::Follower {
  Key key;
  Node worker = 0;
  Order order;
  std::uint32_t cursor = 0;
  std::uint32_t failures = 0;
  bool has_ended = false;
  bool is_stopped = false;
  bool again_at_once = false;
  std::shared_ptr<Stream> stream;
};

void Channel::Listen(OnEvent on_event, OnRefused on_refused) {
  on_event_ = std::move(on_event);
  on_refused_ = std::move(on_refused);
}

void Channel::Assign(const master::WorkerAddress& worker, Order order, std::uint32_t after_cursor) {
  if (has_let_go_) return;
  world_.checks.OnSent(order);
  const Key key{order.instance, order.attempt};
  if (const auto found = followers_.find(key); found != followers_.end()) {
    auto& follower = *found->second;
    follower.order = std::move(order);
    follower.failures = 0;
    if (follower.stream == nullptr) return;
    follower.again_at_once = true;
    return follower.stream->Cancel();
  }
  auto follower = std::make_shared<Follower>(
      Follower{.key = key, .worker = std::stoi(worker.rpc_address), .order = std::move(order)});
  follower->cursor = after_cursor;
  followers_[key] = follower;
  Launch(follower);
}

void Channel::Unfollow(const std::string& instance, std::uint32_t attempt) {
  const auto found = followers_.find({instance, attempt});
  if (found == followers_.end()) return;
  const auto follower = found->second;
  followers_.erase(found);
  follower->is_stopped = true;
  if (follower->stream) follower->stream->Cancel();
}

void Channel::LetGo() {
  has_let_go_ = true;
  for (const auto& [key, follower] : std::exchange(followers_, {})) {
    follower->is_stopped = true;
    if (follower->stream) follower->stream->Cancel();
  }
}

void Channel::Over(const std::shared_ptr<Follower>& follower) {
  const auto found = followers_.find(follower->key);
  if (found != followers_.end() && found->second == follower) followers_.erase(found);
}

void Channel::Launch(const std::shared_ptr<Follower>& follower) {
  if (follower->is_stopped) return Over(follower);
  const std::weak_ptr<Follower> weak = follower;
  const auto on_event = [this, weak](const AttemptEvent& event) {
    const auto one = weak.lock();
    if (!one || one->is_stopped || event.cursor <= one->cursor) return;
    one->cursor = event.cursor;
    one->failures = 0;
    one->has_ended |= std::holds_alternative<AttemptEnd>(event.what);
    on_event_(one->order.operation, one->order.attempt, event, [] {});
  };
  const auto stream = std::make_shared<Stream>(
      world_.agenda, world_.network, world_.dice,
      Stream::Ends{follower->worker, master_, life_, on_event, [this, weak](const Status& status) {
                     if (const auto one = weak.lock()) OnStreamDone(one, status);
                   }});
  follower->stream = stream;
  stream->KeepAlive();
  const bool arrives = world_.network.Passes(master_, follower->worker);
  if (!arrives) {
    return world_.agenda.After(kConnectWithin, life_, [stream] { stream->Reset(); });
  }
  const auto late = world_.network.DelayOfStream(master_, follower->worker);
  world_.agenda.After(late, {},
                      [this, stream, order = follower->order, after = follower->cursor, &world = world_,
                       worker = follower->worker] {
                        auto* process = world.WorkerAt(worker);
                        if (process == nullptr) return stream->Reset();
                        process->OnAssign(order, after, stream);
                      });
}

void Channel::OnStreamDone(const std::shared_ptr<Follower>& follower, const Status& status) {
  follower->stream.reset();
  const bool is_over = follower->has_ended || follower->is_stopped;
  const bool at_once = std::exchange(follower->again_at_once, false);
  if (is_over) return Over(follower);
  if (at_once) return Launch(follower);
  if (!status.ok() && IsFinal(status.error().code)) {
    on_refused_(follower->order.operation, follower->order.attempt, status.error());
    return Over(follower);
  }
  const auto pause = master::AttemptFollower::kRetry.After(++follower->failures);
  world_.agenda.After(pause, life_, [this, follower] { Launch(follower); });
}

void Channel::Cancel(const master::WorkerAddress& worker, const std::string& instance, std::uint32_t attempt,
                     std::uint32_t epoch, const std::string& reason) {
  const Peers peers{master_, std::stoi(worker.rpc_address)};
  world_.agenda.Spawn(life_, [this, peers, instance, attempt, epoch, reason] {
    for (std::uint32_t tries = 1; tries <= master::GrpcWorkerChannel::kCancelTriesMax && !has_let_go_;
         ++tries) {
      const auto answer =
          Call<Unit>(world_.agenda, world_.network, peers, kCallDeadline,
                     [&world = world_, peers, instance, attempt, epoch, reason](const Reply<Unit>& reply) {
                       auto* process = world.WorkerAt(peers.to);
                       if (process == nullptr) return reply(Error{Code::kUnavailable, "worker", "refused"});
                       process->OnCancel(epoch, instance, attempt, reason, reply);
                     });
      if (answer.ok() || IsFinal(answer.error().code)) return;
      world_.agenda.Wait(master::GrpcWorkerChannel::kCancelRetry.After(tries));
    }
  });
}

}  // namespace edm::simulation
