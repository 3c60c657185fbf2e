#include "worker/core/allocation/port_table.h"

#include <charconv>
#include <optional>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::worker {
namespace {

constexpr std::uint16_t kUnprivilegedFirst = 1024;

std::optional<std::uint16_t> ParsePort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// FNV-1a. Where the search for a free port begins: a key finds the port it had even when the table was lost,
// and a port just released is not the next one given away.
std::uint32_t Hash(const PortKey& key) {
  std::uint32_t hash = 2'166'136'261U;
  const auto mix = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
    hash = (hash ^ 0xFFU) * 16'777'619U;
  };
  mix(key.instance);
  mix(key.service);
  mix(std::to_string(key.container_port));
  return hash;
}

}  // namespace

Result<PortRange> ParsePortRange(std::string_view text) {
  const auto refused = [&](std::string cause) {
    return Error{Code::kInvalidArgument,
                 "port range " + Shown(text),
                 std::move(cause),
                 {},
                 "write two ports between 1024 and 32767, as in 20000-32000"};
  };
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return refused("it is not of the form first-last");
  const auto first = ParsePort(Trim(text.substr(0, dash)));
  const auto last = ParsePort(Trim(text.substr(dash + 1)));
  if (!first || !last) return refused("it is not of the form first-last");
  if (*first > *last) return refused("its first port is above its last");
  if (*first < kUnprivilegedFirst) return refused("it holds privileged ports");
  if (*first <= kEphemeralPorts.last && *last >= kEphemeralPorts.first) {
    return refused("it meets the ephemeral ports (32768-60999), which outgoing connections use");
  }
  return PortRange{*first, *last};
}

PortTable::PortTable(PortRange range, const std::vector<PortReservation>& kept) : range_(range) {
  for (const auto& one : kept) Put(one.key, one.host_port);
}

void PortTable::Put(const PortKey& key, std::uint16_t host_port) {
  by_key_[key] = host_port;
  taken_.emplace(Place{key.protocol, host_port}, key);
}

Result<std::uint16_t> PortTable::ReserveFixed(const PortKey& key, const std::set<PortKey>& together) {
  const auto [first, last] = taken_.equal_range({key.protocol, key.fixed});
  for (auto at = first; at != last; ++at) {
    const auto& holder = at->second;
    if (holder.instance == key.instance && (holder == key || !together.contains(holder))) continue;
    return Error{Code::kFailedPrecondition,
                 key.instance + "/" + key.service,
                 "host port " + std::to_string(key.fixed) + " is reserved for instance " + holder.instance +
                     " (" + holder.service + ":" + std::to_string(holder.container_port) + ")",
                 {},
                 "write \"" + std::to_string(key.container_port) +
                     "\" to get a free port that is kept, or choose another host port"};
  }
  Put(key, key.fixed);
  return key.fixed;
}

Result<std::uint16_t> PortTable::Reserve(const PortKey& key, const InUse& in_use,
                                         const std::set<PortKey>& together) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) return found->second;
  if (key.fixed != 0) return ReserveFixed(key, together);
  const std::uint32_t size = range_.last - range_.first + 1U;
  const std::uint32_t start = Hash(key) % size;
  for (std::uint32_t step = 0; step < size; ++step) {
    const auto port = static_cast<std::uint16_t>(range_.first + (start + step) % size);
    if (taken_.contains({key.protocol, port})) continue;
    if (in_use && in_use(port, key.protocol)) continue;
    Put(key, port);
    return port;
  }
  return Error{Code::kResourceExhausted,
               "host ports " + std::to_string(range_.first) + "-" + std::to_string(range_.last),
               "all are reserved or in use",
               {},
               "delete instances, or widen the worker's port range"};
}

void PortTable::Release(std::string_view instance) {
  Erase([&](const PortKey& key) { return key.instance == instance; });
}

void PortTable::KeepOnly(std::string_view instance, const std::set<PortKey>& keys) {
  Erase([&](const PortKey& key) { return key.instance == instance && !keys.contains(key); });
}

void PortTable::Erase(const std::function<bool(const PortKey&)>& unwanted) {
  std::erase_if(by_key_, [&](const auto& entry) {
    if (!unwanted(entry.first)) return false;
    std::erase_if(taken_, [&](const auto& taken) { return taken.second == entry.first; });
    return true;
  });
}

std::vector<PortReservation> PortTable::reservations() const {
  std::vector<PortReservation> all;
  for (const auto& [key, port] : by_key_) all.push_back({key, port});
  return all;
}

}  // namespace edm::worker
