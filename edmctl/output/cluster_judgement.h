#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "edm/v1/master_service.pb.h"

namespace edm::ctl {

// What one look at the whole cluster brought.
struct Look {
  v1::MasterStatus master;
  std::vector<v1::Worker> workers;
  std::vector<v1::Instance> instances;
};

// One thing that is not as it should be.
struct Problem {
  enum class Severity : std::uint8_t {
    kBroken = 0,    // people feel it now
    kDegraded = 1,  // less is left than there should be
    kSoon = 2,      // nobody feels it yet
  } severity = Severity::kBroken;
  std::string object;  // "worker w1"
  std::string cause;
  std::string next;
  bool operator==(const Problem&) const = default;
};

// Beyond these something is told.
inline constexpr std::uint32_t kWorkerDiskShortMib = 2'048;  // below 1,024 nothing is placed there
inline constexpr std::uint32_t kMasterDiskShortMib = 1'024;
inline constexpr std::uint32_t kMemoryShortMib = 256;
inline constexpr Millis kCertificateSoon{30LL * 24 * 3600 * 1000};
inline constexpr Millis kWorkerCertificateLate{3LL * 24 * 3600 * 1000};  // it renews it 10 days before
inline constexpr Millis kSkewMax{5'000};        // of a worker's clock against the master's
inline constexpr double kOperationsFull = 0.9;  // of what may be open

// How far a worker's clock is ahead of the master's, as its last load tells; none without one.
std::optional<Millis> SkewOf(const v1::Worker& worker);

// What is wrong, the severest first, and in each severity: the master, workers, instances. Pure.
std::vector<Problem> Judge(const Look& look);

// The same of one instance alone.
std::vector<Problem> Judge(const v1::Instance& instance);

}  // namespace edm::ctl
