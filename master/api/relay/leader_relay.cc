#include "master/api/relay/leader_relay.h"

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "common/rpc/channel.h"
#include "master/api/relay/passed_call.h"

namespace edm::master {

struct LeaderRelay::Shared {
  explicit Shared(std::optional<rpc::Identity> own) : identity(std::move(own)) {}

  const std::optional<rpc::Identity> identity;
  std::mutex mutex;
  std::string address;                     // guarded by mutex, as what follows: of the channel
  std::shared_ptr<grpc::Channel> channel;  // to the leader that was asked last
  std::map<const PassedCall*, std::weak_ptr<PassedCall>> under_way;

  Result<std::shared_ptr<grpc::Channel>> ChannelTo(const std::string& leader) {
    const std::lock_guard lock(mutex);
    if (channel && address == leader) return channel;
    rpc::ChannelSpec spec{leader, std::nullopt, ""};
    if (identity) spec.tls = rpc::ChannelTls{*identity, std::string(rpc::kMasterName)};
    EDM_TRY(channel, rpc::Dial(spec));
    address = leader;
    return channel;
  }
  // All, or those to another than `leader`.
  std::vector<std::shared_ptr<PassedCall>> Others(const std::string& leader) {
    std::vector<std::shared_ptr<PassedCall>> found;
    const std::lock_guard lock(mutex);
    for (const auto& [key, weak] : under_way) {
      auto one = weak.lock();
      if (one && one->leader() != leader) found.push_back(std::move(one));
    }
    return found;
  }
};

LeaderRelay::LeaderRelay(std::optional<rpc::Identity> identity)
    : shared_(std::make_shared<Shared>(std::move(identity))) {}

LeaderRelay::~LeaderRelay() { LeaderIs(""); }

void LeaderRelay::Pass(const std::string& leader, const CallPointer& call,
                       const rpc::MethodTable::Method& method, const google::protobuf::Message& first,
                       std::function<void()> on_answer, OnLost on_lost) {
  auto channel = shared_->ChannelTo(leader);
  if (!channel.ok()) return call->Finish(channel.error());
  auto passed = std::make_shared<PassedCall>(leader, std::move(channel).value(), call, *method.descriptor);
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->under_way[passed.get()] = passed;
  }
  const auto on_over = [shared = shared_, key = passed.get(),
                        on_lost = std::move(on_lost)](std::optional<Error> lost) {
    {
      const std::lock_guard lock(shared->mutex);
      shared->under_way.erase(key);
    }
    if (lost) on_lost(std::move(*lost));
  };
  passed->Begin(first, {std::move(on_answer), on_over});
}

void LeaderRelay::LeaderIs(const std::string& address) {
  for (const auto& one : shared_->Others(address)) one->BreakOff();
}

}  // namespace edm::master
