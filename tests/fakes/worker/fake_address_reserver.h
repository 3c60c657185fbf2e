#pragma once

#include <map>
#include <mutex>

#include "worker/ports/address_reserver.h"

namespace edm::worker {

// Counts upwards from 20000 and 10.201.0.0. Any thread.
class FakeAddressReserver final : public AddressReserver {
 public:
  Result<Addresses> Reserve(const std::string& instance, const std::vector<WantedPort>& ports,
                            const std::vector<std::string>& networks) override {
    const std::lock_guard lock(mutex_);
    auto& held = held_[instance];
    for (const auto& port : ports) {
      const auto key = port.service + "/" + std::to_string(port.container_port) + "/" + port.protocol;
      if (!held.ports.contains(key)) held.ports[key] = next_port_++;
    }
    for (const auto& network : networks) {
      if (!held.subnets.contains(network))
        held.subnets[network] = "10.201." + std::to_string(subnets_++) + ".0/24";
    }
    return held;
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

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Addresses> held_;
  std::uint16_t next_port_ = 20'000;
  int subnets_ = 0;
};

}  // namespace edm::worker
