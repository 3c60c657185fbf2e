#include "common/model/member_name.h"

#include <charconv>

namespace edm {

std::string MemberOf(std::string_view set, std::uint32_t ordinal) {
  return std::string(set) + "_" + std::to_string(ordinal);
}

std::uint32_t OrdinalOf(std::string_view instance) {
  const auto mark = instance.rfind('_');
  if (mark == std::string_view::npos || mark == 0) return 0;
  const auto digits = instance.substr(mark + 1);
  std::uint32_t ordinal = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
  const bool is_whole = error == std::errc() && end == digits.data() + digits.size();
  return is_whole && digits.front() != '0' && ordinal <= kOrdinalMax ? ordinal : 0;
}

bool IsMember(std::string_view instance) { return OrdinalOf(instance) != 0; }

std::string SetOf(std::string_view instance) {
  return std::string(IsMember(instance) ? instance.substr(0, instance.rfind('_')) : instance);
}

}  // namespace edm
