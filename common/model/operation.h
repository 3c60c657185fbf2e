#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/endpoint.h"
#include "common/model/order.h"

namespace edm {

enum class OperationKind : std::uint8_t {
  kUnknown = 0,
  kCreate = 1,
  kSource = 2,
  kBuild = 3,
  kStart = 4,
  kStop = 5,
  kRestart = 6,
  kRefresh = 7,
  kDeploy = 8,
  kRollback = 9,
  kDelete = 10,
  kUpdate = 11,
  kMove = 12,
  kScale = 13,
};

//   Pending > Running > { Done | Failed | Cancelled | Expired }      exactly one of the four, for ever
enum class OperationState : std::uint8_t {
  kPending = 0,
  kRunning = 1,
  kDone = 2,
  kFailed = 3,
  kCancelled = 4,
  kExpired = 5
};

constexpr bool IsTerminal(OperationState state) { return state >= OperationState::kDone; }

// What a caller started and may watch.
struct Operation {
  std::string id;  // "op-" and 12 hex digits
  std::string instance;
  OperationKind kind = OperationKind::kUnknown;
  OperationState state = OperationState::kPending;
  std::vector<Step> steps;
  std::optional<Error> failure;
  std::string request_id;
  std::string actor;
  std::uint32_t release = 0;
  std::uint32_t restored_release = 0;
  bool still_serves = false;  // that release, which was never replaced
  std::vector<Endpoint> endpoints;
  std::vector<std::string> warnings;
  std::string plan_difference;  // from the plan that it was given; "" : none
  std::string superseded_by;
  std::string part_of;  // the operation of a set of which this is a step; "": none
  WallTime created_at;
  std::optional<WallTime> ended_at;
  WallTime deadline;
};

}  // namespace edm
