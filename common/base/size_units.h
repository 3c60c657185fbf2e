#pragma once

#include <cstdint>

namespace edm {

inline constexpr std::uint64_t kKibibyte = 1'024;
inline constexpr std::uint64_t kMebibyte = 1'024 * kKibibyte;
inline constexpr std::uint64_t kGibibyte = 1'024 * kMebibyte;

}  // namespace edm
