#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/version.h"

namespace edm {

// The forms of the protocol between master and worker that a program speaks, both ends included. Each version
// speaks its own and the one before, so that a cluster is upgraded machine by machine, in any order.
struct ProtocolRange {
  std::uint32_t oldest = 0;
  std::uint32_t newest = 0;

  bool operator==(const ProtocolRange&) const = default;
};

ProtocolRange SpokenBy(const Version& version);

// The newest that both speak; none: they are too far apart.
std::optional<std::uint32_t> Agree(ProtocolRange a, ProtocolRange b);

// "3", "2 to 3"
std::string ToString(ProtocolRange range);

}  // namespace edm
