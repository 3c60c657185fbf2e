#pragma once

#include <map>
#include <string>

#include "tests/simulation/engine.h"
#include "worker/core/records.h"
#include "worker/ports/address_reserver.h"

namespace edm::simulation {

// Host ports and subnets of one machine: always the lowest that is free, so that what is let go too early is
// at once another's, which then finds it published still. Lives as long as its worker's process.
class PortsOfMachine final : public worker::AddressReserver {
 public:
  explicit PortsOfMachine(const Engine& engine) : engine_(engine) {}

  Result<worker::Addresses> Reserve(const std::string& instance, const std::vector<worker::WantedPort>& ports,
                                    const std::vector<std::string>& networks) override;
  Result<std::optional<worker::Addresses>> MoveSubnets(const std::string&) override {
    return std::optional<worker::Addresses>();
  }
  void Adopt(const std::string& instance, const worker::Addresses& addresses) override {
    held_[instance] = addresses;
  }
  void Release(const std::string& instance) override { held_.erase(instance); }
  std::uint32_t SubnetsFree() const override;
  std::uint32_t PortsFree() const override { return 1'000; }

  const std::map<std::string, worker::Addresses>& held() const { return held_; }

 private:
  bool IsTaken(const std::string& instance, std::uint16_t port) const;
  std::string FreeSubnet() const;

  const Engine& engine_;
  std::map<std::string, worker::Addresses> held_;
};

}  // namespace edm::simulation
