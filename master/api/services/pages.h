#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"

namespace edm::master {

inline constexpr std::uint32_t kPageSizeDefault = 100;
inline constexpr std::uint32_t kPageSizeMax = 1'000;

struct Page {
  std::uint32_t size = kPageSizeDefault;
  std::string after;  // key of the last one that was given; "" at the start
};

// kInvalidArgument for a token that is none of ours, or a size beyond the most.
Result<Page> PageOf(std::uint32_t size, const std::string& token);

// What continues after `key`: opaque to everybody else.
std::string TokenAfter(const std::string& key);

}  // namespace edm::master
