#include <algorithm>
#include <charconv>

#include "common/core/compose/rules/service_keys.h"

namespace edm::compose {
namespace {

std::optional<double> MillisPer(std::string_view unit) {
  if (unit == "us" || unit == "\xC2\xB5s") return 1e-3;
  if (unit == "ns") return 1e-6;
  if (unit == "ms") return 1.0;
  if (unit == "s") return 1e3;
  if (unit == "m") return 6e4;
  if (unit == "h") return 3.6e6;
  if (unit == "d") return 8.64e7;
  return {};
}

}  // namespace

std::optional<Millis> ReadComposeDuration(std::string_view text) {
  constexpr double kLongest = 1e13;  // milliseconds: 300 years
  if (text.empty()) return {};
  double total = 0;
  bool is_first = true;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || number < 0) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto length = std::min(text.find_first_of("0123456789."), text.size());
    const bool is_bare = length == 0;
    if (is_bare && !is_first) return {};
    is_first = false;
    const auto factor = is_bare ? std::optional(1e3) : MillisPer(text.substr(0, length));
    if (!factor || number * *factor > kLongest) return {};
    total += number * *factor;
    text.remove_prefix(length);
  }
  return Millis(static_cast<std::int64_t>(total));
}

}  // namespace edm::compose
