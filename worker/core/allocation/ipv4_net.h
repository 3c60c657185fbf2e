#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::worker {

// An IPv4 network in host byte order; host bits are 0.
struct Ipv4Net {
  std::uint32_t address = 0;
  std::uint8_t prefix = 32;

  std::uint32_t first() const { return address; }
  std::uint32_t last() const { return static_cast<std::uint32_t>(address | 0xFFFF'FFFFULL >> prefix); }
  auto operator<=>(const Ipv4Net&) const = default;
};

bool Overlap(const Ipv4Net& a, const Ipv4Net& b);
// "10.201.0.0/24".
std::string ToString(const Ipv4Net& net);
// "10.201.0.0/16", or an address alone (/32). kInvalidArgument, also when host bits are set.
Result<Ipv4Net> ParseIpv4Net(std::string_view text);

}  // namespace edm::worker
