#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "common/base/version.h"

namespace edm {
namespace {

// "1.4.0~rc1" -> 1, 4, 0
std::vector<std::uint32_t> NumbersOf(std::string_view version) {
  std::vector<std::uint32_t> numbers;
  while (true) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), number);
    if (error != std::errc()) return numbers;
    numbers.push_back(number);
    version.remove_prefix(static_cast<std::size_t>(end - version.data()));
    if (!version.starts_with('.')) return numbers;
    version.remove_prefix(1);
  }
}

}  // namespace

int CompareVersions(const std::string& a, const std::string& b) {
  auto left = NumbersOf(a);
  auto right = NumbersOf(b);
  left.resize(std::max(left.size(), right.size()));
  right.resize(left.size());
  return left < right ? -1 : (right < left ? 1 : 0);
}

}  // namespace edm
