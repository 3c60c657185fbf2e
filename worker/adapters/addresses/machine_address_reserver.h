#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "worker/core/allocation/port_table.h"
#include "worker/core/allocation/subnet_table.h"
#include "worker/ports/address_reserver.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// Reserves on this machine: what is bound, routed or used by the engine's other networks is left alone.
class MachineAddressReserver final : public AddressReserver {
 public:
  // A port that its last holder is about to let go is waited for that long.
  static constexpr Millis kLettingGo{1'000};

  struct Options {
    PortRange ports;
    SubnetPool subnets = DefaultSubnetPool();
    std::string bind_address = "0.0.0.0";
  };
  // `runtime` outlives it.
  MachineAddressReserver(ContainerRuntime& runtime, Options options);

  Result<Addresses> Reserve(const std::string& instance, const std::vector<WantedPort>& ports,
                            const std::vector<std::string>& networks) override;
  Result<std::optional<Addresses>> MoveSubnets(const std::string& instance) override;
  void Adopt(const std::string& instance, const Addresses& addresses) override;
  void Release(const std::string& instance) override;
  std::uint32_t SubnetsFree() const override;
  std::uint32_t PortsFree() const override;

 private:
  using Lock = std::lock_guard<std::mutex>;

  // With mutex_ held:
  void Rebuild();  // the tables from what the instances hold
  Result<Addresses> ReserveAll(const std::string& instance, const std::vector<WantedPort>& ports,
                               const std::vector<std::string>& networks, const std::vector<Ipv4Net>& taken);

  // Networks that the machine routes to or that its engine has made.
  static Result<std::vector<Ipv4Net>> TakenSubnets(const std::vector<NetworkSubnet>& of_engine);
  // kFailedPrecondition where something else than the instance's own containers listens on one of them.
  Status CheckListeners(const std::string& instance, const std::vector<WantedPort>& ports,
                        const Addresses& addresses);
  bool IsFree(const WantedPort& port, std::uint16_t host_port) const;
  // What the instance had before; none: nothing.
  void PutBack(const std::string& instance, const std::optional<Addresses>& before);

  ContainerRuntime& runtime_;
  const Options options_;
  mutable std::mutex mutex_;
  std::map<std::string, Addresses> held_;  // guarded by mutex_, as what follows
  PortTable ports_;
  SubnetTable subnets_;
};

}  // namespace edm::worker
