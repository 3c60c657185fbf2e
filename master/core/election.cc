#include "master/core/election.h"

namespace edm::master {

ElectionMove NextMove(const ElectionFacts& facts, SteadyTime now, Millis silence) {
  if (facts.leads) {
    const bool unsure = now - facts.confirmed >= silence;
    return facts.lost || unsure ? ElectionMove::kStepDown : ElectionMove::kRenew;
  }
  if (!facts.looked || now < facts.rests_until) return ElectionMove::kLook;
  if (!facts.held || facts.ours) return ElectionMove::kTake;
  return now - facts.pulse_changed >= silence ? ElectionMove::kOust : ElectionMove::kLook;
}

}  // namespace edm::master
