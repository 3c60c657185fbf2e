#include "worker/core/records.h"

#include <algorithm>
#include <utility>

namespace edm::worker {

std::string PortName(const WantedPort& port) {
  auto name = port.service + "/" + std::to_string(port.container_port) + "/" + port.protocol;
  if (port.host_port) name += "=" + std::to_string(*port.host_port);
  return name;
}

bool IsFixedPort(std::string_view port_name) { return port_name.find('=') != std::string_view::npos; }

bool IsBare(const Holding& holding) {
  return holding.releases.empty() && holding.running_release == 0 && !holding.address_published &&
         !holding.inspect_until && !holding.trial_until;
}

bool KeepsData(const Holding& holding) {
  return std::any_of(holding.releases.begin(), holding.releases.end(),
                     [](const auto& release) { return release.second.run.keeps_data; });
}

bool CanGoBack(const Order& order, const Holding& holding) {
  return order.good_release != order.release && holding.releases.contains(order.good_release);
}

AttemptRecord NewAttempt(Order order) {
  AttemptRecord record;
  record.course = CourseOf(order);
  record.order = std::move(order);
  return record;
}

AttemptEnd EndOf(const AttemptRecord& attempt, const Holding& holding) {
  AttemptEnd end{.failure = attempt.failure,
                 .running_release = holding.running_release,
                 .restored_release = attempt.restored_release,
                 .still_serves = attempt.course == Course::kDismiss && attempt.restored_release != 0,
                 .services = attempt.services,
                 .keeps_data = KeepsData(holding)};
  if (attempt.failure) {
    end.phase = attempt.failed_as;
  } else {
    switch (attempt.order.target) {
      case Target::kBuilt:
        end.phase = Phase::kBuilt;
        break;
      case Target::kRunning:
        end.phase = Phase::kRunning;
        break;
      case Target::kStopped:
        end.phase = Phase::kStopped;
        break;
      case Target::kDeleted:
        end.phase = Phase::kDeleted;
        break;
      case Target::kNothing:
        end.phase = Phase::kCancelled;
        break;
    }
  }
  const auto running = holding.releases.find(holding.running_release);
  if (running != holding.releases.end()) end.endpoints = running->second.run.endpoints;
  return end;
}

}  // namespace edm::worker
