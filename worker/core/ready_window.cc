#include "worker/core/ready_window.h"

#include <algorithm>

namespace edm::worker {

Millis ReadyWindow(const WindowFacts& facts) {
  if (!facts.can_go_back) return facts.most;
  const auto known = facts.trial_took.value_or(facts.running_took);
  if (known == Millis(0)) return facts.most;
  const auto least = facts.trial_took ? kProvenWindowLeast : kReadyWindowLeast;
  auto window = std::max(least, known * kReadyWindowTimes);
  if (!facts.trial_took) window = std::max(window, facts.least);
  return std::min(window, facts.most);
}

Millis StartTook(const std::vector<ContainerFacts>& containers, WallTime now, Millis waited) {
  constexpr Millis kMost{3'600'000};
  auto first = now;
  for (const auto& one : containers) {
    if (one.started_at != WallTime{}) first = std::min(first, one.started_at);
  }
  return std::min(std::max(waited, now - first), kMost);
}

}  // namespace edm::worker
