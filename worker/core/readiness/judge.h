#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "worker/core/readiness/seen.h"
#include "worker/ports/readiness_probe.h"

namespace edm::worker {

// A service counts as running once it ran so long without a restart. Short, for it is part of every start,
// and shorter where there is more to go by than that it runs: ports that accept, a check that is green.
inline constexpr Millis kStableWindow{300};
inline constexpr Millis kServingWindow{50};
Millis WindowOf(const ContainerSeen& container);
// A container that restarts more often before it is ready is in a crash loop; a few are forgiven, because
// many programs exit until the store they need accepts.
inline constexpr std::uint32_t kRestartsForgivenMax = 2;

struct Waiting {
  std::string service;
  std::string why;  // "nothing listens on 8000"
};
struct Ready {
  ReadyReport report;
};
struct Failed {
  Error error;
};
using Verdict = std::variant<Waiting, Ready, Failed>;

// How far one service is; what is seen of it is enough to know.
struct ServiceVerdict {
  enum class State : std::uint8_t { kWaiting, kReady, kFailed } state = State::kWaiting;
  std::string text;  // "healthy", "exit 0"; why it waits; why it failed
  std::string hint;
  Health health = Health::kUnknown;
  const ContainerSeen* container = nullptr;  // the one that decided; null when there is none
};

ServiceVerdict JudgeService(const WantedService& wanted, const Seen& seen);

// Ready when every service is; failed as soon as one cannot become ready any more, or at the timeout, with
// what was seen as evidence.
Verdict Judge(const ReadyRequest& wanted, const Seen& seen);

}  // namespace edm::worker
