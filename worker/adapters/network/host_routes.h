#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "worker/core/allocation/ipv4_net.h"

namespace edm::worker {

// The IPv4 networks that this machine has routes to, the default route left out, in the order of the table.
Result<std::vector<Ipv4Net>> HostRoutes();

// Reads the text of /proc/net/route. Lines of another form are skipped.
std::vector<Ipv4Net> ParseRoutes(std::string_view text);

// The machine's own IPv4 addresses, loopback left out, with interface names: {"eth0", "10.0.0.12"}.
struct HostAddress {
  std::string interface_name;
  std::string address;
};
Result<std::vector<HostAddress>> HostAddresses();

}  // namespace edm::worker
