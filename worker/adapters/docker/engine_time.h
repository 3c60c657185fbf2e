#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/time.h"

namespace edm::worker {

inline constexpr std::int64_t kNanosPerMilli = 1'000'000;
inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

// Nanoseconds since 1970 of the engine's "2026-11-21T06:55:00.123456789Z" or "…+02:00"; none when it is not a
// time, or the engine's zero ("0001-01-01T00:00:00Z").
std::optional<std::int64_t> ParseEngineTime(std::string_view text);

WallTime WallFromNanos(std::int64_t nanos);
// As far as they reach: the years 1678 to 2262.
std::int64_t NanosFromWall(WallTime time);

}  // namespace edm::worker
