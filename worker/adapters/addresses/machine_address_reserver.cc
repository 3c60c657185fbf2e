#include "worker/adapters/addresses/machine_address_reserver.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <thread>

#include "common/base/text.h"
#include "worker/adapters/network/host_routes.h"
#include "worker/adapters/network/port_holder.h"
#include "worker/adapters/network/port_probe.h"
#include "worker/core/records.h"

namespace edm::worker {
namespace {

constexpr Millis kLookAgain{100};

std::vector<PortReservation> PortsOf(const std::map<std::string, Addresses>& held) {
  std::vector<PortReservation> ports;
  for (const auto& [instance, addresses] : held) {
    for (const auto& [name, host_port] : addresses.ports) {
      const auto parts = Split(name.substr(0, name.find('=')), '/');  // as PortName writes it
      std::uint16_t container_port = 0;
      if (parts.size() != 3) continue;
      std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), container_port);
      const auto fixed = IsFixedPort(name) ? host_port : std::uint16_t{0};
      ports.push_back({{instance, parts[0], container_port, parts[2], fixed}, host_port});
    }
  }
  return ports;
}

PortKey KeyOf(const std::string& instance, const WantedPort& port) {
  return {instance, port.service, port.container_port, port.protocol, port.host_port.value_or(0)};
}

bool IsPublishedBy(const std::vector<ContainerFacts>& containers, std::uint16_t host_port,
                   const std::string& protocol) {
  for (const auto& one : containers) {
    const bool is_up = one.state == ContainerState::kRunning || one.state == ContainerState::kRestarting ||
                       one.state == ContainerState::kPaused;
    for (const auto& port : one.ports) {
      if (is_up && port.host_port == host_port && port.protocol == protocol) return true;
    }
  }
  return false;
}

// Whether a network that the instance has not made meets its subnet.
bool IsSomebodyElses(const std::string& subnet, const std::string& instance,
                     const std::vector<NetworkSubnet>& of_engine) {
  const auto ours = ParseIpv4Net(subnet);
  if (!ours.ok()) return false;
  return std::any_of(of_engine.begin(), of_engine.end(), [&](const NetworkSubnet& one) {
    const auto net = ParseIpv4Net(one.subnet);
    return one.instance != instance && net.ok() && Overlap(*ours, *net);
  });
}

Error HeldBySomebody(const std::string& instance, const WantedPort& port, std::uint16_t host_port) {
  const auto number = std::to_string(host_port);
  const auto inside = std::to_string(port.container_port);
  const auto holder = HolderOfPort(host_port, port.protocol).value_or("another process of this machine");
  Error error{Code::kFailedPrecondition, instance + "/" + port.service, "", {}, ""};
  if (port.host_port) {
    error.cause = "host port " + number + " is held by " + holder;
    error.hint = "write \"" + inside + "\" to get a free port that is kept, or choose another host port";
  } else {
    error.cause = "host port " + number + ", which is kept for port " + inside + ", is held by " + holder;
    error.hint = "stop that process on the instance's worker, then try again";
  }
  return error;
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

Result<std::vector<Ipv4Net>> MachineAddressReserver::TakenSubnets(
    const std::vector<NetworkSubnet>& of_engine) {
  EDM_TRY(auto taken, HostRoutes());
  for (const auto& one : of_engine) {
    if (const auto net = ParseIpv4Net(one.subnet); net.ok()) taken.push_back(*net);
  }
  return taken;
}

Result<Addresses> MachineAddressReserver::ReserveAll(const std::string& instance,
                                                     const std::vector<WantedPort>& ports,
                                                     const std::vector<std::string>& networks,
                                                     const std::vector<Ipv4Net>& taken) {
  const auto in_use = [this](std::uint16_t port, std::string_view protocol) {
    return !CanBind(options_.bind_address, port, protocol);
  };
  auto port_table = ports_;
  auto subnet_table = subnets_;
  const auto held = held_.find(instance);
  auto addresses = held == held_.end() ? Addresses{} : held->second;
  std::set<PortKey> together;
  for (const auto& port : ports) together.insert(KeyOf(instance, port));
  // Fixed ones first: what edm chooses keeps clear of them.
  for (const bool is_fixed : {true, false}) {
    for (const auto& port : ports) {
      if (port.host_port.has_value() != is_fixed) continue;
      EDM_TRY(addresses.ports[PortName(port)], port_table.Reserve(KeyOf(instance, port), in_use, together));
    }
  }
  for (const auto& network : networks) {
    EDM_TRY(const auto net, subnet_table.Reserve({instance, network}, taken));
    addresses.subnets[network] = ToString(net);
  }
  ports_ = std::move(port_table);
  subnets_ = std::move(subnet_table);
  held_[instance] = addresses;
  return addresses;
}

bool MachineAddressReserver::IsFree(const WantedPort& port, std::uint16_t host_port) const {
  return CanBind(port.loopback_only ? "127.0.0.1" : options_.bind_address, host_port, port.protocol);
}

Status MachineAddressReserver::CheckListeners(const std::string& instance,
                                              const std::vector<WantedPort>& ports,
                                              const Addresses& addresses) {
  const auto until = std::chrono::steady_clock::now() + kLettingGo;
  std::optional<std::vector<ContainerFacts>> ours;
  for (const auto& port : ports) {
    const auto host_port = addresses.ports.at(PortName(port));
    while (!IsFree(port, host_port)) {
      if (!ours) {
        EDM_TRY(ours, runtime_.Containers(instance));
      }
      if (IsPublishedBy(*ours, host_port, port.protocol)) break;
      if (std::chrono::steady_clock::now() >= until) return HeldBySomebody(instance, port, host_port);
      std::this_thread::sleep_for(kLookAgain);
      ours.reset();
    }
  }
  return Ok();
}

Result<Addresses> MachineAddressReserver::Reserve(const std::string& instance,
                                                  const std::vector<WantedPort>& ports,
                                                  const std::vector<std::string>& networks) {
  std::vector<Ipv4Net> taken;
  if (!networks.empty()) {
    EDM_TRY(const auto of_engine, runtime_.Subnets());
    EDM_TRY(taken, TakenSubnets(of_engine));
  }
  std::optional<Addresses> before;
  Result<Addresses> reserved = Addresses{};
  {
    const Lock lock(mutex_);
    if (const auto held = held_.find(instance); held != held_.end()) before = held->second;
    reserved = ReserveAll(instance, ports, networks, taken);
  }
  if (!reserved.ok()) return reserved;
  if (auto status = CheckListeners(instance, ports, *reserved); !status.ok()) {
    PutBack(instance, before);
    return std::move(status).error();
  }
  return reserved;
}

Result<std::optional<Addresses>> MachineAddressReserver::MoveSubnets(const std::string& instance) {
  EDM_TRY(const auto of_engine, runtime_.Subnets());
  EDM_TRY(const auto taken, TakenSubnets(of_engine));
  const Lock lock(mutex_);
  const auto held = held_.find(instance);
  if (held == held_.end()) return std::optional<Addresses>();
  auto addresses = held->second;
  auto table = subnets_;
  bool is_moved = false;
  for (auto& [network, subnet] : addresses.subnets) {
    if (!IsSomebodyElses(subnet, instance, of_engine)) continue;
    table.Release(SubnetKey{instance, network});
    EDM_TRY(const auto net, table.Reserve({instance, network}, taken));
    subnet = ToString(net);
    is_moved = true;
  }
  if (!is_moved) return std::optional<Addresses>();
  subnets_ = std::move(table);
  held->second = addresses;
  return std::optional(std::move(addresses));
}

void MachineAddressReserver::PutBack(const std::string& instance, const std::optional<Addresses>& before) {
  const Lock lock(mutex_);
  held_.erase(instance);
  if (before) held_[instance] = *before;
  Rebuild();
}

void MachineAddressReserver::Adopt(const std::string& instance, const Addresses& addresses) {
  const Lock lock(mutex_);
  held_[instance] = addresses;
  Rebuild();
}

void MachineAddressReserver::Release(const std::string& instance) {
  const Lock lock(mutex_);
  held_.erase(instance);
  ports_.Release(instance);
  subnets_.Release(instance);
}

std::uint32_t MachineAddressReserver::SubnetsFree() const {
  const auto all = SizeOf(options_.subnets);
  const Lock lock(mutex_);
  const auto used = static_cast<std::uint32_t>(subnets_.reservations().size());
  return all > used ? all - used : 0;
}

std::uint32_t MachineAddressReserver::PortsFree() const {
  const std::lock_guard lock(mutex_);
  const auto reserved = ports_.reservations();
  const auto used =
      std::ranges::count_if(reserved, [](const auto& one) { return one.key.protocol == "tcp"; });
  return options_.ports.last - options_.ports.first + 1U - static_cast<std::uint32_t>(used);
}

}  // namespace edm::worker
