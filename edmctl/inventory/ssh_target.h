#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::ctl {

// A machine as ssh reaches it. What is left empty ssh's own configuration decides.
struct SshTarget {
  std::string user;
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const SshTarget&) const = default;
};

// "ssh://user@host:22", "ssh://[fd00::1]". No password, no path.
Result<SshTarget> ParseSshUrl(std::string_view url);

// Whether user and host are words that no program could take for an option or a pattern.
Status CheckTarget(const SshTarget& target);

// An IPv4 or IPv6 address, not a name.
bool IsAddress(const std::string& host);

// "root@10.0.0.11:2222", as far as it is given.
std::string ToText(const SshTarget& target);

}  // namespace edm::ctl
