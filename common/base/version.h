#pragma once

#include <cstdint>
#include <string>

namespace edm {

// Of the protocol between master and worker (model/protocol.h), in this source tree. With a change that an
// older program cannot take: one more, and the oldest becomes what the newest was.
inline constexpr std::uint32_t kProtocolNewest = 1;
inline constexpr std::uint32_t kProtocolOldest = 1;

// Which edm a program is of.
struct Version {
  std::string number;             // "1.4.0"
  std::uint32_t protocol;         // the newest that it speaks
  std::uint32_t protocol_oldest;  // the oldest: that of the version before
};

// Defined in a file of its own: a program with another definition beside its main() is of another version,
// with all else the same. So upgrades are tested without building everything twice.
const Version& ThisVersion();

// By their numbers, from the left; what is missing counts as 0, and what is no number ends the comparison.
// Negative: `a` is older than `b`.
int CompareVersions(const std::string& a, const std::string& b);

}  // namespace edm
