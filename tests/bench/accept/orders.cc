#include "tests/bench/accept/orders.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <utility>

namespace edm::bench {
namespace {

constexpr std::size_t kConnections = 8;
constexpr std::chrono::seconds kLastOrderPatience{20};

double MillisSince(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

struct Orders::Call {
  grpc::ClientContext context;
  v1::StartInstanceRequest start;
  v1::StopInstanceRequest stop;
  v1::Operation operation;
  Target* target = nullptr;
};

Orders::Orders(const std::string& address, std::string token, const std::vector<std::string>& instances,
               int callers)
    : token_(std::move(token)) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (std::size_t number = 0; number < kConnections; ++number) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("edm.connection", static_cast<int>(number));
    channels.push_back(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }
  for (int number = 0; number < callers; ++number) {
    auto& caller = *callers_.emplace_back(std::make_unique<Caller>());
    caller.stub = v1::Master::NewStub(channels[static_cast<std::size_t>(number) % kConnections]);
  }
  for (const auto& id : instances) {
    auto& target = *targets_.emplace_back(std::make_unique<Target>());
    target.id = id;
    target.caller = (targets_.size() - 1) % callers_.size();
    by_id_[id] = &target;
    callers_[target.caller]->targets.push_back(&target);
  }
}

void Orders::OnOrder(const std::string& instance) {
  const auto found = by_id_.find(instance);
  if (found == by_id_.end() || found->second->awaited == 0) return;  // set-up, or sent again
  found->second->ack_ms = MillisSince(found->second->sent);
  Seen(*found->second);
}

void Orders::Seen(Target& target) {
  if (target.awaited.fetch_sub(1) != 1) return;
  auto& caller = *callers_[target.caller];
  target.runs = !target.runs;
  ++caller.figures.orders;
  caller.figures.accept_ms.push_back(target.accept_ms);
  caller.figures.ack_ms.push_back(target.ack_ms);
  Next(caller);
}

void Orders::Answered(Call& call, const grpc::Status& status) {
  auto& target = *call.target;
  target.accept_ms = MillisSince(target.sent);
  if (status.ok()) return Seen(target);
  auto& caller = *callers_[target.caller];
  if (caller.figures.refused++ == 0) caller.figures.first_refusal = status.error_message();
  target.awaited = 0;
  Next(caller);
}

void Orders::CallerEnds() {
  const std::lock_guard lock(mutex_);
  if (--running_ == 0) over_.notify_all();
}

void Orders::Next(Caller& caller) {
  if (std::chrono::steady_clock::now() >= end_) return CallerEnds();
  auto& target = *caller.targets[caller.next++ % caller.targets.size()];
  auto* call = new Call;
  call->target = &target;
  call->context.AddMetadata("authorization", "Bearer " + token_);
  target.awaited = 2;
  target.sent = std::chrono::steady_clock::now();
  const auto done = [this, call](const grpc::Status& status) {
    Answered(*call, status);
    delete call;
  };
  if (target.runs) {
    call->stop.set_id(target.id);
    caller.stub->async()->StopInstance(&call->context, &call->stop, &call->operation, done);
  } else {
    call->start.set_id(target.id);
    caller.stub->async()->StartInstance(&call->context, &call->start, &call->operation, done);
  }
}

Orders::Figures Orders::Run(std::chrono::seconds length) {
  const auto began = std::chrono::steady_clock::now();
  end_ = began + length;
  running_ = callers_.size();
  for (auto& caller : callers_) Next(*caller);
  {
    std::unique_lock lock(mutex_);
    over_.wait_until(lock, end_ + kLastOrderPatience, [this] { return running_ == 0; });
  }
  Figures all;
  all.seconds = MillisSince(began) / 1'000;
  for (auto& caller : callers_) {
    auto& one = caller->figures;
    all.orders += one.orders;
    all.refused += one.refused;
    if (all.first_refusal.empty()) all.first_refusal = one.first_refusal;
    all.accept_ms.insert(all.accept_ms.end(), one.accept_ms.begin(), one.accept_ms.end());
    all.ack_ms.insert(all.ack_ms.end(), one.ack_ms.begin(), one.ack_ms.end());
    one = {};
  }
  std::ranges::sort(all.accept_ms);
  std::ranges::sort(all.ack_ms);
  return all;
}

}  // namespace edm::bench
