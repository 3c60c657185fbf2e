#include "common/base/time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>

namespace edm {

std::string FormatRfc3339(WallTime time) {
  const auto seconds = std::chrono::floor<Seconds>(time);
  const auto millis = (time - seconds).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), millis);
}

std::string FormatDuration(Millis duration) {
  const auto total = duration.count();
  if (total < 60'000) return fmt::format("{:.1f} s", static_cast<double>(total) / 1000.0);
  const auto minutes = total / 60'000;
  if (minutes < 60) return fmt::format("{} min {} s", minutes, total / 1000 % 60);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

Result<Millis> ParseDuration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::int64_t kLargest = 1'000'000'000;
  if (failure == std::errc{} && number >= 0 && number <= kLargest) {
    if (unit == "ms") return Millis(number);
    if (unit == "s" || unit.empty()) return Millis(number * 1000);
    if (unit == "m") return Millis(number * 60'000);
    if (unit == "h") return Millis(number * 3'600'000);
    if (unit == "d") return Millis(number * 86'400'000);
  }
  return Error{Code::kInvalidArgument,
               "",
               fmt::format("'{}' is not a length of time", text),
               {},
               "write it like 1500ms, 60s, 5m, 2h or 30d"};
}

}  // namespace edm
