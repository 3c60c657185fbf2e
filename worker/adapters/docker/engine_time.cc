#include "worker/adapters/docker/engine_time.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>

namespace edm::worker {
namespace {

constexpr std::size_t kSecondsLength = 19;  // "2026-11-21T06:55:00"
constexpr int kNanoDigits = 9;

std::optional<int> Number(std::string_view text, std::size_t at, std::size_t length) {
  if (at + length > text.size()) return std::nullopt;
  int number = 0;
  const char* const end = text.data() + at + length;
  const auto [stopped, failure] = std::from_chars(text.data() + at, end, number);
  if (failure != std::errc() || stopped != end || number < 0) return std::nullopt;
  return number;
}

// "Z" or "+02:00", in seconds east of UTC.
std::optional<int> Zone(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = Number(text, 1, 2);
  const auto minutes = Number(text, 4, 2);
  if (!hours || !minutes) return std::nullopt;
  const int seconds = *hours * 3600 + *minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

std::optional<std::int64_t> ParseEngineTime(std::string_view text) {
  const auto year = Number(text, 0, 4);
  const auto month = Number(text, 5, 2);
  const auto day = Number(text, 8, 2);
  const auto hour = Number(text, 11, 2);
  const auto minute = Number(text, 14, 2);
  const auto second = Number(text, 17, 2);
  if (!year || *year < 1970 || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  std::size_t at = kSecondsLength;
  std::int64_t nanos = 0;
  if (at < text.size() && text[at] == '.') {
    int digits = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      if (digits++ < kNanoDigits) nanos = nanos * 10 + (text[at] - '0');
    }
    for (; digits < kNanoDigits; ++digits) nanos *= 10;
  }
  const auto zone = Zone(text.substr(at));
  if (!zone) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = ((days * 24 + *hour) * 60 + *minute) * 60 + *second - *zone;
  return seconds * kNanosPerSecond + nanos;
}

WallTime WallFromNanos(std::int64_t nanos) { return WallTime(Millis(nanos / kNanosPerMilli)); }

std::int64_t NanosFromWall(WallTime time) {
  constexpr std::int64_t kMillisMax = std::numeric_limits<std::int64_t>::max() / kNanosPerMilli;
  return std::clamp<std::int64_t>(time.time_since_epoch().count(), -kMillisMax, kMillisMax) * kNanosPerMilli;
}

}  // namespace edm::worker
