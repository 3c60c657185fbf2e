#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::master {

// git's framing: four hex digits of length, then the payload; "0000" is a flush. Source:
// gitprotocol-common(5).
inline constexpr std::size_t kPktPayloadMax = 65'516;  // bytes

std::string PktLine(std::string_view payload);
inline constexpr std::string_view kPktFlush = "0000";

// The length of a whole line by its first four bytes; 0 for a flush.
Result<std::size_t> PktLength(std::string_view four);

}  // namespace edm::master
