#include "worker/adapters/addresses/machine_address_reserver.h"

#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "worker/adapters/network/host_routes.h"
#include "worker/adapters/network/port_probe.h"
#include "worker/core/records.h"

namespace edm::worker {
namespace {

std::vector<PortReservation> PortsOf(const std::map<std::string, Addresses>& held) {
  std::vector<PortReservation> ports;
  for (const auto& [instance, addresses] : held) {
    for (const auto& [name, host_port] : addresses.ports) {
      const auto parts = Split(name, '/');
      std::uint16_t container_port = 0;
      if (parts.size() != 3) continue;
      std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), container_port);
      ports.push_back({{instance, parts[0], container_port, parts[2]}, host_port});
    }
  }
  return ports;
}

std::vector<SubnetReservation> SubnetsOf(const std::map<std::string, Addresses>& held) {
  std::vector<SubnetReservation> subnets;
  for (const auto& [instance, addresses] : held) {
    for (const auto& [network, subnet] : addresses.subnets) {
      if (const auto net = ParseIpv4Net(subnet); net.ok()) subnets.push_back({{instance, network}, *net});
    }
  }
  return subnets;
}

}  // namespace

MachineAddressReserver::MachineAddressReserver(ContainerRuntime& runtime, Options options)
    : runtime_(runtime), options_(std::move(options)), ports_(options_.ports), subnets_(options_.subnets) {}

void MachineAddressReserver::Rebuild() {
  ports_ = PortTable(options_.ports, PortsOf(held_));
  subnets_ = SubnetTable(options_.subnets, SubnetsOf(held_));
}

Result<std::vector<Ipv4Net>> MachineAddressReserver::TakenSubnets() {
  EDM_TRY(auto taken, HostRoutes());
  EDM_TRY(const auto subnets, runtime_.Subnets());
  for (const auto& subnet : subnets) {
    if (const auto net = ParseIpv4Net(subnet); net.ok()) taken.push_back(*net);
  }
  return taken;
}

Result<Addresses> MachineAddressReserver::Reserve(const std::string& instance,
                                                  const std::vector<WantedPort>& ports,
                                                  const std::vector<std::string>& networks) {
  EDM_TRY(const auto taken, TakenSubnets());
  const auto in_use = [this](std::uint16_t port, std::string_view protocol) {
    return !CanBind(options_.bind_address, port, protocol);
  };
  const std::lock_guard lock(mutex_);
  auto addresses = held_[instance];
  for (const auto& port : ports) {
    EDM_TRY(const auto host_port,
            ports_.Reserve({instance, port.service, port.container_port, port.protocol}, in_use));
    addresses.ports[PortName(port.service, port.container_port, port.protocol)] = host_port;
  }
  for (const auto& network : networks) {
    EDM_TRY(const auto net, subnets_.Reserve({instance, network}, taken));
    addresses.subnets[network] = ToString(net);
  }
  held_[instance] = addresses;
  return addresses;
}

void MachineAddressReserver::Adopt(const std::string& instance, const Addresses& addresses) {
  const std::lock_guard lock(mutex_);
  held_[instance] = addresses;
  Rebuild();
}

void MachineAddressReserver::Release(const std::string& instance) {
  const std::lock_guard lock(mutex_);
  held_.erase(instance);
  ports_.Release(instance);
  subnets_.Release(instance);
}

std::uint32_t MachineAddressReserver::SubnetsFree() const {
  std::uint64_t all = 0;
  for (const auto& net : options_.subnets.nets) {
    if (net.prefix <= options_.subnets.prefix)
      all += std::uint64_t{1} << (options_.subnets.prefix - net.prefix);
  }
  const std::lock_guard lock(mutex_);
  const auto used = subnets_.reservations().size();
  return static_cast<std::uint32_t>(all > used ? all - used : 0);
}

std::uint32_t MachineAddressReserver::PortsFree() const {
  const std::lock_guard lock(mutex_);
  const auto reserved = ports_.reservations();
  const auto used =
      std::ranges::count_if(reserved, [](const auto& one) { return one.key.protocol == "tcp"; });
  return options_.ports.last - options_.ports.first + 1U - static_cast<std::uint32_t>(used);
}

}  // namespace edm::worker
