#include "worker/adapters/docker/container_look.h"

#include <algorithm>
#include <chrono>

#include "worker/adapters/docker/health_probe.h"
#include "worker/adapters/docker/last_lines.h"
#include "worker/adapters/docker/listening_sockets.h"
#include "worker/adapters/docker/listing.h"
#include "worker/adapters/network/tcp_probe.h"
#include "worker/core/readiness/describe.h"

namespace edm::worker {
namespace {

constexpr Millis kConnectTimeout{200};  // on this machine: an answer takes microseconds
constexpr Millis kHttpDeadline{2'000};
constexpr int kHttpOkFirst = 200;
constexpr int kHttpOkLast = 399;
constexpr std::size_t kShownBodyBytes = 512;

Millis RunningFor(const ContainerFacts& facts, RunningTime& time) {
  if (facts.state != ContainerState::kRunning) return Millis(0);
  return time.Of(facts.started_at, std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()),
                 std::chrono::time_point_cast<Millis>(std::chrono::steady_clock::now()));
}

RepeatedCheck::Try TryHealth(const EngineApi& api, const Inspected& inspected, std::stop_token stop) {
  const auto probe = RunHealthCommand(api, inspected, stop);
  if (!probe.ok()) return {false, probe.error().cause, ""};
  return {probe->exit_code == 0, "exit " + std::to_string(probe->exit_code), probe->output};
}

RepeatedCheck::Try TryHttp(const std::string& address, const HttpCheck& check, std::stop_token stop) {
  rpc::HttpClientOptions options;
  options.url = "http://" + address + ":" + std::to_string(check.port);
  options.connect_timeout = kHttpDeadline;
  options.idle_connections_max = 0;
  rpc::HttpClient client(std::move(options));
  rpc::HttpCall call;
  call.target = check.path;
  call.deadline = kHttpDeadline;
  const auto reply = client.Call(call, stop);
  if (!reply.ok()) return {false, reply.error().cause, ""};
  const bool passed = reply->status >= kHttpOkFirst && reply->status <= kHttpOkLast;
  return {passed, "status " + std::to_string(reply->status),
          passed ? "" : reply->body.substr(0, kShownBodyBytes)};
}

}  // namespace

ContainerLook::ContainerLook(const EngineApi& api, std::string container_id, WantedService wanted)
    : api_(api), container_id_(std::move(container_id)), wanted_(std::move(wanted)) {}

ContainerLook::~ContainerLook() = default;

void ContainerLook::StartChecks(const Inspected& inspected) {
  const auto& facts = inspected.facts;
  const bool same = checked_start_ == facts.started_at && checked_address_ == facts.address;
  if (facts.state != ContainerState::kRunning || wanted_.one_shot || same) return;
  checked_start_ = facts.started_at;
  checked_address_ = facts.address;
  health_.reset();
  http_.reset();
  if (inspected.health_command && facts.health != ContainerHealth::kHealthy) {
    health_ = std::make_unique<RepeatedCheck>(
        inspected.health_command->shown,
        [api = &api_, inspected](std::stop_token stop) { return TryHealth(*api, inspected, stop); });
  }
  if (wanted_.http && !facts.address.empty()) {
    http_ =
        std::make_unique<RepeatedCheck>("GET :" + std::to_string(wanted_.http->port) + wanted_.http->path,
                                        [address = facts.address, check = *wanted_.http](
                                            std::stop_token stop) { return TryHttp(address, check, stop); });
  }
}

Result<ContainerSeen> ContainerLook::Look() {
  EDM_TRY(const Inspected inspected, InspectContainer(api_, container_id_));
  pid_ = inspected.pid;
  tty_ = inspected.tty;
  StartChecks(inspected);
  ContainerSeen seen;
  seen.facts = inspected.facts;
  seen.running_for = RunningFor(seen.facts, running_time_);
  // An engine that says nothing of health yet has a check all the same.
  if (inspected.health_command && seen.facts.health == ContainerHealth::kNone) {
    seen.facts.health = ContainerHealth::kStarting;
  }
  const bool reachable = seen.facts.state == ContainerState::kRunning && !seen.facts.address.empty();
  for (const std::uint16_t port : wanted_.ports) {
    seen.ports.push_back({port, reachable && Accepts(seen.facts.address, port, kConnectTimeout)});
  }
  if (health_) seen.health = health_->last();
  if (wanted_.http && !wanted_.one_shot) seen.http = http_ ? http_->last() : CheckSeen{};
  return seen;
}

void ContainerLook::AddListening(ContainerSeen& seen) const {
  if (pid_ <= 0) return;
  if (auto listening = ListeningOf(pid_); listening.ok()) seen.listening = std::move(listening).value();
}

void ContainerLook::Explain(ContainerSeen& seen) const {
  AddListening(seen);
  seen.last_lines = LastLines(api_, container_id_, tty_, kEvidenceLinesMax);
}

}  // namespace edm::worker
