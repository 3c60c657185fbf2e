#include "worker/core/observe.h"

#include <algorithm>
#include <array>

namespace edm::worker {
namespace {

std::string_view StateName(ContainerState state) {
  switch (state) {
    case ContainerState::kCreated:
      return "created";
    case ContainerState::kRunning:
      return "running";
    case ContainerState::kPaused:
      return "paused";
    case ContainerState::kRestarting:
      return "restarting";
    case ContainerState::kExited:
      return "exited";
    case ContainerState::kDead:
      return "dead";
    case ContainerState::kRemoving:
      return "removing";
  }
  return "unknown";
}

Health HealthOfContainer(const ContainerFacts& facts) {
  if (facts.state == ContainerState::kRestarting) return Health::kRestarting;
  if (facts.state != ContainerState::kRunning) return Health::kUnhealthy;
  switch (facts.health) {
    case ContainerHealth::kNone:
    case ContainerHealth::kHealthy:
      return Health::kHealthy;
    case ContainerHealth::kStarting:
      return Health::kStarting;
    case ContainerHealth::kUnhealthy:
      return Health::kUnhealthy;
  }
  return Health::kUnknown;
}

bool IsOneShot(const RunSpec& run, const std::string& service) {
  return std::any_of(run.services.begin(), run.services.end(), [&](const WantedService& wanted) {
    return wanted.service == service && wanted.one_shot;
  });
}

// Larger is worse.
int Badness(Health health) {
  static constexpr std::array kOrder = {Health::kUnknown, Health::kHealthy, Health::kStarting,
                                        Health::kRestarting, Health::kUnhealthy};
  return static_cast<int>(std::find(kOrder.begin(), kOrder.end(), health) - kOrder.begin());
}

}  // namespace

std::vector<ServiceStatus> StatusOf(const std::vector<ContainerFacts>& containers, const RunSpec& run) {
  std::vector<ServiceStatus> services;
  for (const auto& facts : containers) {
    ServiceStatus status{.service = facts.service,
                         .image = facts.image_id,
                         .state = std::string(StateName(facts.state)),
                         .health = HealthOfContainer(facts),
                         .restarts = facts.restarts,
                         .exit_code = facts.exit_code,
                         .oneshot = IsOneShot(run, facts.service)};
    if (status.oneshot && facts.state == ContainerState::kExited && facts.exit_code == 0) {
      status.health = Health::kHealthy;
    }
    services.push_back(std::move(status));
  }
  std::sort(services.begin(), services.end(),
            [](const ServiceStatus& a, const ServiceStatus& b) { return a.service < b.service; });
  return services;
}

Health HealthOf(const std::vector<ServiceStatus>& services) {
  auto worst = Health::kUnknown;
  for (const auto& service : services) {
    if (Badness(service.health) > Badness(worst)) worst = service.health;
  }
  return worst;
}

Observation Observe(const Holding& holding, const AttemptRecord* attempt,
                    const std::vector<ContainerFacts>& containers) {
  Observation seen{
      .instance = holding.instance, .release = holding.running_release, .keeps_data = KeepsData(holding)};
  if (attempt != nullptr) {
    seen.attempt = attempt->order.attempt;
    seen.phase = attempt->ended() ? attempt->end->phase : attempt->phase;
    // Something ran when it ended, and was stopped without an order: see fence.h.
    const bool was_fenced =
        attempt->ended() && attempt->end->running_release != 0 && holding.running_release == 0;
    if (was_fenced) seen.phase = Phase::kStopped;
    seen.operation = attempt->order.operation;
  }
  const auto release = holding.releases.find(holding.running_release);
  static const RunSpec kNothing;
  const auto& run = release == holding.releases.end() ? kNothing : release->second.run;
  seen.services = StatusOf(containers, run);
  if (holding.running_release == 0) return seen;
  seen.endpoints = run.endpoints;
  seen.health = containers.empty() ? Health::kUnhealthy : HealthOf(seen.services);
  return seen;
}

bool SameObservation(const Observation& a, const Observation& b) {
  return a.instance == b.instance && a.attempt == b.attempt && a.phase == b.phase && a.health == b.health &&
         a.release == b.release && a.endpoints == b.endpoints && a.services == b.services &&
         a.operation == b.operation && a.keeps_data == b.keeps_data;
}

}  // namespace edm::worker
