#pragma once

#include <map>
#include <mutex>

#include "worker/core/records.h"
#include "worker/ports/address_reserver.h"

namespace edm::worker {

// Counts upwards from 20000 and 10.201.0.0. Any thread.
class FakeAddressReserver final : public AddressReserver {
 public:
  Result<Addresses> Reserve(const std::string& instance, const std::vector<WantedPort>& ports,
                            const std::vector<std::string>& networks) override {
    const std::lock_guard lock(mutex_);
    for (const auto& port : ports) {
      const auto refused = port.host_port ? refused_.find(*port.host_port) : refused_.end();
      if (refused != refused_.end()) return refused->second;
    }
    auto& held = held_[instance];
    for (const auto& port : ports) {
      const auto name = PortName(port);
      if (held.ports.contains(name)) continue;
      held.ports[name] = port.host_port ? *port.host_port : next_port_++;
    }
    for (const auto& network : networks) {
      if (!held.subnets.contains(network)) held.subnets[network] = NextSubnet();
    }
    return held;
  }
  // Somebody else has that host port.
  void Refuse(std::uint16_t host_port, Error error) {
    const std::lock_guard lock(mutex_);
    refused_.insert_or_assign(host_port, std::move(error));
  }
  // Another network takes every subnet that the instance has, so many times.
  void TakeSubnetsOf(const std::string& instance, int times = 1) {
    const std::lock_guard lock(mutex_);
    taken_[instance] = times;
  }
  Result<std::optional<Addresses>> MoveSubnets(const std::string& instance) override {
    const std::lock_guard lock(mutex_);
    if (taken_[instance]-- <= 0) return std::optional<Addresses>();
    auto& held = held_[instance];
    for (auto& [network, subnet] : held.subnets) subnet = NextSubnet();
    return std::optional(held);
  }
  void Adopt(const std::string& instance, const Addresses& addresses) override {
    const std::lock_guard lock(mutex_);
    held_[instance] = addresses;
  }
  void Release(const std::string& instance) override {
    const std::lock_guard lock(mutex_);
    held_.erase(instance);
  }
  std::uint32_t SubnetsFree() const override { return 100; }
  std::uint32_t PortsFree() const override { return 12'000; }
  bool is_empty() const {
    const std::lock_guard lock(mutex_);
    return held_.empty();
  }

  std::map<std::string, std::uint16_t> PortsOf(const std::string& instance) const {
    const std::lock_guard lock(mutex_);
    const auto found = held_.find(instance);
    return found == held_.end() ? std::map<std::string, std::uint16_t>{} : found->second.ports;
  }

 private:
  std::string NextSubnet() { return "10.201." + std::to_string(subnets_++) + ".0/24"; }

  mutable std::mutex mutex_;
  std::map<std::string, Addresses> held_;
  std::uint16_t next_port_ = 20'000;
  int subnets_ = 0;
  std::map<std::string, int> taken_;
  std::map<std::uint16_t, Error> refused_;
};

}  // namespace edm::worker
