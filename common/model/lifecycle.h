#pragma once

#include <cstdint>
#include <string_view>

namespace edm {

// How far one attempt has come. The numbers are those of model.proto.
//
//   Pending > Placed > Fetching > Building > Built > Starting > Running > Stopping > Stopped
//       \________\________\_________\_________\________\__________\________\____ Failed, Rejected,
//                                                                           Lost, Cancelled, Deleted
//
// A phase only ever grows: of two reports about one attempt the larger is the newer, so reports may come
// late, twice or out of order. Trying again is a new attempt, never a step back.
enum class Phase : std::uint8_t {
  kPending = 0,
  kPlaced = 10,
  kFetching = 20,
  kBuilding = 30,
  kBuilt = 40,
  kStarting = 50,
  kRunning = 60,
  kStopping = 70,
  kStopped = 80,
  kFailed = 90,     // The workload's fault.
  kRejected = 100,  // The worker could not try: the workload is not to blame.
  kLost = 110,      // The worker fell silent; its verdict is unknown.
  kCancelled = 120,
  kDeleted = 130,
};

enum class Health : std::uint8_t {
  kUnknown = 0,
  kStarting = 1,
  kHealthy = 2,
  kUnhealthy = 3,
  kRestarting = 4
};

// What an attempt is to reach.
enum class Target : std::uint8_t { kNothing = 0, kBuilt = 1, kRunning = 2, kStopped = 3, kDeleted = 4 };

std::string_view PhaseName(Phase phase);  // "RUNNING"
std::string_view HealthName(Health health);
std::string_view TargetName(Target target);

// Whether a report of `to` may follow one of `from` within one attempt.
constexpr bool MayFollow(Phase from, Phase to) { return to > from && from < Phase::kFailed; }

constexpr bool IsFailure(Phase phase) { return phase >= Phase::kFailed && phase != Phase::kDeleted; }

// Whether an attempt with this target has nothing left to do.
constexpr bool HasEnded(Phase phase, Target target) {
  if (phase >= Phase::kFailed) return true;
  switch (target) {
    case Target::kNothing:
      return true;
    case Target::kBuilt:
      return phase >= Phase::kBuilt;
    case Target::kRunning:
      return phase >= Phase::kRunning;
    case Target::kStopped:
      return phase >= Phase::kStopped;
    case Target::kDeleted:
      return false;  // only kDeleted ends it
  }
  return false;
}

}  // namespace edm
