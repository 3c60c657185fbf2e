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
  std::uint16_t fixed = 0;  // the host port that it must be; 0: any
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

  // The port reserved before, else a new one; a fixed one is not sought in the range and `in_use` is not
  // asked for it. kResourceExhausted: the range is full. kFailedPrecondition: the fixed one is reserved for
  // another instance, or for something else of the same one in `together`.
  Result<std::uint16_t> Reserve(const PortKey& key, const InUse& in_use,
                                const std::set<PortKey>& together = {});
  void Release(std::string_view instance);
  // Releases those of the instance that are not among `keys`: a service that went away.
  void KeepOnly(std::string_view instance, const std::set<PortKey>& keys);

  std::vector<PortReservation> reservations() const;

 private:
  using Place = std::pair<std::string, std::uint16_t>;  // protocol and host port

  Result<std::uint16_t> ReserveFixed(const PortKey& key, const std::set<PortKey>& together);
  void Put(const PortKey& key, std::uint16_t host_port);
  void Erase(const std::function<bool(const PortKey&)>& unwanted);

  PortRange range_;
  std::map<PortKey, std::uint16_t> by_key_;
  // An instance may hold one place twice: a fixed port that edm chose for it before.
  std::multimap<Place, PortKey> taken_;
};

}  // namespace edm::worker
