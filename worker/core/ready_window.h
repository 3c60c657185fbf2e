#pragma once

#include <optional>
#include <vector>

#include "common/base/time.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// A release that replaces another one serves nobody until it is ready, and the other one can be put back: it
// gets this much, or so many times what is known of its start, and no more.
inline constexpr Millis kReadyWindowLeast{4'000};
// A trial has shown that it becomes ready: what takes longer now is most likely the machine.
inline constexpr Millis kProvenWindowLeast{15'000};
inline constexpr int kReadyWindowTimes = 3;

struct WindowFacts {
  Millis most{0};            // for a release that replaces nothing
  Millis least{0};           // its folder asks for it (health.time, start_period); a trial has shown better
  bool can_go_back = false;  // to a release that ran until now
  std::optional<Millis> trial_took;
  Millis running_took{0};  // that release; 0: not known, and the new one has all its time
};

// How long a start may take to become ready.
Millis ReadyWindow(const WindowFacts& facts);

// How long a start took whose wait ended now: from its first container's start, but `waited` at least, and no
// longer than an hour.
Millis StartTook(const std::vector<ContainerFacts>& containers, WallTime now, Millis waited);

}  // namespace edm::worker
