#pragma once

#include <map>
#include <mutex>
#include <string>

#include "worker/core/allocation/port_table.h"
#include "worker/core/allocation/subnet_table.h"
#include "worker/ports/address_reserver.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// Reserves on this machine: what is bound, routed or used by the engine's other networks is left alone.
class MachineAddressReserver final : public AddressReserver {
 public:
  struct Options {
    PortRange ports;
    SubnetPool subnets = DefaultSubnetPool();
    std::string bind_address = "0.0.0.0";
  };
  // `runtime` outlives it.
  MachineAddressReserver(ContainerRuntime& runtime, Options options);

  Result<Addresses> Reserve(const std::string& instance, const std::vector<WantedPort>& ports,
                            const std::vector<std::string>& networks) override;
  void Adopt(const std::string& instance, const Addresses& addresses) override;
  void Release(const std::string& instance) override;
  std::uint32_t SubnetsFree() const override;
  std::uint32_t PortsFree() const override;

 private:
  // Rebuilds the tables from what the instances hold; with mutex_ held.
  void Rebuild();
  Result<std::vector<Ipv4Net>> TakenSubnets();

  ContainerRuntime& runtime_;
  const Options options_;
  mutable std::mutex mutex_;
  std::map<std::string, Addresses> held_;  // guarded by mutex_, as what follows
  PortTable ports_;
  SubnetTable subnets_;
};

}  // namespace edm::worker
