#include "worker/adapters/master/registry.h"

#include <utility>

#include "common/rpc/redirect.h"

namespace edm::worker {

Registry::Registry(std::vector<std::string> masters, rpc::ChannelTls tls)
    : masters_(std::move(masters)),
      patience_(masters_.size() > 1 ? kSilence : kCallDeadline),
      tls_(std::move(tls)) {}

Result<std::shared_ptr<Registry>> Registry::Dial(std::vector<std::string> masters, rpc::ChannelTls tls) {
  if (masters.empty()) {
    return Error{Code::kInvalidArgument, "master", "no address is given", {}, "for example 10.0.0.10:8801"};
  }
  std::shared_ptr<Registry> registry(new Registry(std::move(masters), std::move(tls)));
  EDM_CHECK(registry->Turn(registry->masters_.front()));
  return registry;
}

Status Registry::Redial(const rpc::Identity& identity) {
  const std::lock_guard lock(mutex_);
  tls_.identity = identity;
  return Turn(current_->address);
}

std::shared_ptr<const Registry::Master> Registry::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Status Registry::Turn(const std::string& address) {
  // A channel of its own: one from before may be resting after its failures.
  EDM_TRY(const auto channel, rpc::Dial({.address = address, .tls = tls_, .reconnect_max = kReconnectMax}));
  current_ = std::make_shared<const Master>(Master{address, v1::Registry::NewStub(channel)});
  return Ok();
}

bool Registry::GoOn(const Master& at, const Error& error) {
  const auto leader = rpc::LeaderIn(error);
  const bool silent = error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded;
  if (!silent || (masters_.size() == 1 && !leader)) return false;
  const std::lock_guard lock(mutex_);
  if (current_->address != at.address) return true;  // another call went on already
  if (leader && *leader != at.address) return Turn(*leader).ok();
  next_ = (next_ + 1) % masters_.size();
  if (masters_[next_] == at.address) next_ = (next_ + 1) % masters_.size();
  return Turn(masters_[next_]).ok();
}

}  // namespace edm::worker
