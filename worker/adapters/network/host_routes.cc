#include "worker/adapters/network/host_routes.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>
#include <bit>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "common/base/owned.h"
#include "common/base/text.h"

namespace edm::worker {
namespace {

constexpr const char* kRouteFile = "/proc/net/route";
constexpr unsigned kRouteUp = 1;

std::optional<std::uint32_t> Hex(const std::string& text) {
  std::uint32_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::vector<Ipv4Net> ParseRoutes(std::string_view text) {
  std::vector<Ipv4Net> routes;
  for (const auto& line : Split(text, '\n')) {
    std::istringstream words(line);
    const std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
    if (fields.size() < 8) continue;  // Iface Destination Gateway Flags RefCnt Use Metric Mask …
    const auto destination = Hex(fields[1]);
    const auto flags = Hex(fields[3]);
    const auto mask = Hex(fields[7]);
    if (!destination || !flags || !mask || (*flags & kRouteUp) == 0 || *mask == 0) continue;
    // The kernel prints its own byte order, that of the network in memory.
    routes.push_back({ntohl(*destination), static_cast<std::uint8_t>(std::popcount(*mask))});
  }
  return routes;
}

Result<std::vector<Ipv4Net>> HostRoutes() {
  std::ifstream file(kRouteFile);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.empty()) {
    return Error{Code::kInternal, kRouteFile, "it cannot be read", {}, "see whether /proc is mounted"};
  }
  return ParseRoutes(text);
}

Result<std::vector<HostAddress>> HostAddresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) {
    return Error{
        Code::kInternal, "addresses of this machine", "the kernel does not list them", {}, "try again"};
  }
  const Owned<ifaddrs, ::freeifaddrs> owner(first);
  std::vector<HostAddress> addresses;
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    if ((one->ifa_flags & IFF_UP) == 0 || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* in = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
    if (::inet_ntop(AF_INET, &in->sin_addr, text.data(), text.size()) == nullptr) continue;
    addresses.push_back({one->ifa_name, text.data()});
  }
  return addresses;
}

}  // namespace edm::worker
