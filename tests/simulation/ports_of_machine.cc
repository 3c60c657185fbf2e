#include "tests/simulation/ports_of_machine.h"

#include <algorithm>
#include <set>

namespace edm::simulation {
namespace {

constexpr std::uint16_t kFirstPort = 20'000;
constexpr std::uint32_t kSubnets = 30;

}  // namespace

bool PortsOfMachine::IsTaken(const std::string& instance, std::uint16_t port) const {
  return std::ranges::any_of(held_, [&](const auto& one) {
    return one.first != instance &&
           std::ranges::any_of(one.second.ports, [&](const auto& held) { return held.second == port; });
  });
}

std::string PortsOfMachine::FreeSubnet() const {
  std::set<std::string> taken;
  for (const auto& [instance, addresses] : held_) {
    for (const auto& [network, subnet] : addresses.subnets) taken.insert(subnet);
  }
  for (std::uint32_t i = 0; i < kSubnets; ++i) {
    auto subnet = "10.201." + std::to_string(i) + ".0/24";
    if (!taken.contains(subnet)) return subnet;
  }
  return "";
}

std::uint32_t PortsOfMachine::SubnetsFree() const {
  std::size_t taken = 0;
  for (const auto& [instance, addresses] : held_) taken += addresses.subnets.size();
  return taken >= kSubnets ? 0 : kSubnets - static_cast<std::uint32_t>(taken);
}

Result<worker::Addresses> PortsOfMachine::Reserve(const std::string& instance,
                                                  const std::vector<worker::WantedPort>& ports,
                                                  const std::vector<std::string>& networks) {
  auto wanted = held_[instance];
  for (const auto& port : ports) {
    const auto name = worker::PortName(port);
    if (wanted.ports.contains(name)) continue;
    auto number = port.host_port.value_or(kFirstPort);
    if (port.host_port && IsTaken(instance, number))
      return Error{Code::kFailedPrecondition, "host port " + std::to_string(number), "it is another's"};
    const auto is_own = [&] {
      return std::ranges::any_of(wanted.ports, [&](const auto& one) { return one.second == number; });
    };
    while (!port.host_port && (IsTaken(instance, number) || is_own())) ++number;
    EDM_CHECK(engine_.CheckPorts(instance, {number}));
    wanted.ports[name] = number;
  }
  for (const auto& network : networks) {
    if (wanted.subnets.contains(network)) continue;
    const auto subnet = FreeSubnet();
    if (subnet.empty()) return Error{Code::kResourceExhausted, "subnets", "all are taken"};
    wanted.subnets[network] = subnet;
    held_[instance].subnets[network] = subnet;
  }
  held_[instance] = wanted;
  return wanted;
}

}  // namespace edm::simulation
