#include "master/core/wall_clock.h"

#include <algorithm>

#include "common/base/time.h"

namespace edm::master {
namespace {

Millis StepSince(const Moment& last, const Moment& now) {
  return (now.wall - last.wall) - (now.steady - last.steady);
}

}  // namespace

void WatchWallClock(Draft& draft) {
  const auto& last = draft.state().last_look;
  const auto step = last ? StepSince(*last, draft.now()) : Millis(0);
  auto trusted_from = draft.state().wall_trusted_from;
  if (std::chrono::abs(step) >= kWallStepMin) {
    trusted_from = draft.now().steady + kWallDistrust;
    const auto way = step > Millis(0) ? "forward by " : "back by ";
    draft.Event({{},
                 "clock.stepped",
                 "",
                 "",
                 "",
                 "the master's clock was set " + (way + FormatDuration(std::chrono::abs(step)))});
  }
  draft.PutLook(trusted_from);
}

bool TrustsWallClock(const Draft& draft) { return draft.now().steady >= draft.state().wall_trusted_from; }

bool CanTellAge(const Draft& draft, Millis kept) {
  const auto led = draft.now().steady - draft.state().started;
  return TrustsWallClock(draft) && led >= std::min(kept, kWallDoubtMax);
}

}  // namespace edm::master
