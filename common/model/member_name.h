#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace edm {

// What the member with that ordinal (from 1 on) of an instance is called: it is an instance of its own.
// People cannot give such a name, for no id has a '_'.
std::string MemberOf(std::string_view set, std::uint32_t ordinal);

bool IsMember(std::string_view instance);
// The instance whose member it is; of any other instance its own name.
std::string SetOf(std::string_view instance);
std::uint32_t OrdinalOf(std::string_view instance);  // 0: no member

inline constexpr std::uint32_t kOrdinalMax = 999;

}  // namespace edm
