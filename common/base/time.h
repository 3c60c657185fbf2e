#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm {

using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

// Wall clock, for what people and other programs read. It may step: never used to wait.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Millis>;

// Monotonic, for deadlines and leases; has no meaning outside this process.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Millis>;

// "2026-11-21T06:18:00.123Z" (RFC 3339, UTC).
std::string FormatRfc3339(WallTime time);

// "18.2 s", "4 min 3 s", "2 h 5 min": for people.
std::string FormatDuration(Millis duration);

// "1500ms", "60s", "5m", "2h", or a bare number of seconds. Error: what was read and an example.
Result<Millis> ParseDuration(std::string_view text);

}  // namespace edm
