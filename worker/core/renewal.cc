#include "worker/core/renewal.h"

#include <algorithm>

namespace edm::worker {

Millis UntilRenewal(const RenewalFacts& facts) {
  const auto life = facts.until - facts.from;
  const auto due = facts.from + life / 2;
  if (facts.now < due) return due - facts.now;
  if (facts.failures == 0) return Millis(0);
  return std::clamp(life / 6 / kRenewalTries, kRenewalRetryMin, kRenewalRetryMax);
}

}  // namespace edm::worker
