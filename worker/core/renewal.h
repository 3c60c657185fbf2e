#pragma once

#include <cstdint>

#include "common/base/time.h"

namespace edm::worker {

// What is known when a certificate may have to be asked for anew. Times are the master's.
struct RenewalFacts {
  WallTime from;   // it was issued
  WallTime until;  // it ends
  WallTime now;
  std::uint32_t failures = 0;  // of asking, since the last success
};

// How long to wait before the next one is asked for: due at half of its life, so that a sixth of it is left
// for masters that are away, and then again and again, the rarer the longer it lasts.
Millis UntilRenewal(const RenewalFacts& facts);

inline constexpr Millis kRenewalRetryMin{100};
inline constexpr Millis kRenewalRetryMax{600'000};
inline constexpr int kRenewalTries = 30;  // between half and two thirds of a short life

}  // namespace edm::worker
