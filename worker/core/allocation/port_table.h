#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"

namespace edm::worker {

struct PortKey {
  std::string instance;
  std::string service;
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";
  auto operator<=>(const PortKey&) const = default;
};

struct PortReservation {
  PortKey key;
  std::uint16_t host_port = 0;
  bool operator==(const PortReservation&) const = default;
};

// Both ends belong to it. Outside the kernel's ephemeral ports, or any program's outgoing connection could
// sit on a reserved port while its instance is stopped.
struct PortRange {
  std::uint16_t first = 20'000;
  std::uint16_t last = 32'000;
  bool operator==(const PortRange&) const = default;
};

inline constexpr PortRange kEphemeralPorts{32'768, 60'999};

// "20000-32000". kInvalidArgument: not a range, below 1024, or it meets the ephemeral ports.
Result<PortRange> ParsePortRange(std::string_view text);

// Which host port belongs to which container port. A reservation lasts until it is released: over stop,
// start, restart and rebuild. Not thread-safe: its owner's loop calls it. The same calls give the same ports.
class PortTable {
 public:
  // True when the machine has something there already; asked only for ports that nobody reserved.
  using InUse = std::function<bool(std::uint16_t host_port, std::string_view protocol)>;

  explicit PortTable(PortRange range, const std::vector<PortReservation>& kept = {});

  // The port reserved before, else a new one. kResourceExhausted: the range is full.
  Result<std::uint16_t> Reserve(const PortKey& key, const InUse& in_use);
  void Release(std::string_view instance);
  // Releases those of the instance that are not among `keys`: a service that went away.
  void KeepOnly(std::string_view instance, const std::set<PortKey>& keys);

  std::vector<PortReservation> reservations() const;

 private:
  void Erase(const std::function<bool(const PortKey&)>& unwanted);

  PortRange range_;
  std::map<PortKey, std::uint16_t> by_key_;
  std::set<std::pair<std::string, std::uint16_t>> taken_;  // protocol and host port
};

}  // namespace edm::worker
