#include "common/app/watchdog.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "common/adapters/log/log.h"
#include "common/app/notify.h"

namespace edm {
namespace {

constexpr long kTicksInTime = 4;  // so that one late wakeup of the main thread is no alarm
constexpr long kTickMinMs = 50;

// WATCHDOG_USEC is what the service manager waits for a sign (sd_watchdog_enabled(3)).
Millis TickInterval() {
  const char* const told = std::getenv("WATCHDOG_USEC");
  if (told == nullptr) return Watchdog::kTickMax;
  const std::string_view text(told);
  long usec = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), usec);
  if (error != std::errc() || end != text.data() + text.size() || usec <= 0) return Watchdog::kTickMax;
  return std::clamp(Millis(usec / 1'000 / kTicksInTime), Millis(kTickMinMs), Watchdog::kTickMax);
}

SteadyTime Now() { return std::chrono::time_point_cast<Millis>(std::chrono::steady_clock::now()); }

}  // namespace

Watchdog::Watchdog(std::vector<Loop> loops) : loops_(std::move(loops)), every_(TickInterval()) {}

void Watchdog::Tick() {
  const auto now = Now();
  const auto late = std::ranges::find_if(loops_, [now](const Loop& loop) { return loop.pulse->IsLate(now); });
  if (late == loops_.end()) {
    late_.clear();
    Notify("WATCHDOG=1");
    return;
  }
  if (late_ == late->name) return;
  late_ = late->name;
  Log(LogLevel::kError, "stopped going round; without it this program is of no use", {{"object", late_}});
}

}  // namespace edm
