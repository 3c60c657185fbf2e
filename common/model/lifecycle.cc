#include "common/model/lifecycle.h"

namespace edm {

std::string_view PhaseName(Phase phase) {
  switch (phase) {
    case Phase::kPending:
      return "PENDING";
    case Phase::kPlaced:
      return "PLACED";
    case Phase::kFetching:
      return "FETCHING";
    case Phase::kBuilding:
      return "BUILDING";
    case Phase::kBuilt:
      return "BUILT";
    case Phase::kStarting:
      return "STARTING";
    case Phase::kRunning:
      return "RUNNING";
    case Phase::kStopping:
      return "STOPPING";
    case Phase::kStopped:
      return "STOPPED";
    case Phase::kFailed:
      return "FAILED";
    case Phase::kRejected:
      return "REJECTED";
    case Phase::kLost:
      return "LOST";
    case Phase::kCancelled:
      return "CANCELLED";
    case Phase::kDeleted:
      return "DELETED";
  }
  return "UNKNOWN";
}

std::string_view HealthName(Health health) {
  switch (health) {
    case Health::kUnknown:
      return "UNKNOWN";
    case Health::kStarting:
      return "STARTING";
    case Health::kHealthy:
      return "HEALTHY";
    case Health::kUnhealthy:
      return "UNHEALTHY";
    case Health::kRestarting:
      return "RESTARTING";
  }
  return "UNKNOWN";
}

std::string_view TargetName(Target target) {
  switch (target) {
    case Target::kNothing:
      return "NOTHING";
    case Target::kBuilt:
      return "BUILT";
    case Target::kRunning:
      return "RUNNING";
    case Target::kStopped:
      return "STOPPED";
    case Target::kDeleted:
      return "DELETED";
  }
  return "UNKNOWN";
}

}  // namespace edm
