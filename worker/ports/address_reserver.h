#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace edm::worker {

struct WantedPort {
  std::string service;
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";
  std::optional<std::uint16_t> host_port;  // this one and no other; none: any that is free
  bool loopback_only = false;              // published on 127.0.0.1 alone
  bool operator==(const WantedPort&) const = default;
};

struct Addresses {
  std::map<std::string, std::uint16_t> ports;  // by PortName
  std::map<std::string, std::string> subnets;  // by network
};

// Host ports and subnets that nobody else on this machine has. Any thread.
class AddressReserver {
 public:
  virtual ~AddressReserver() = default;

  // All or nothing. What the instance has already stays as it is, and stays reserved though it is not wanted
  // now. Errors: kResourceExhausted (the range or the pool is used up), kFailedPrecondition (a host port is
  // another instance's, or something else on this machine listens on it; named).
  virtual Result<Addresses> Reserve(const std::string& instance, const std::vector<WantedPort>& ports,
                                    const std::vector<std::string>& networks) = 0;
  // Other subnets for those of the instance that a network of somebody else took since they were reserved;
  // none: nobody took any. Errors: kResourceExhausted.
  virtual Result<std::optional<Addresses>> MoveSubnets(const std::string& instance) = 0;
  // Replaces what the instance has: from the journal at start, or without what it needs no more.
  virtual void Adopt(const std::string& instance, const Addresses& addresses) = 0;
  virtual void Release(const std::string& instance) = 0;
  virtual std::uint32_t SubnetsFree() const = 0;
  virtual std::uint32_t PortsFree() const = 0;  // of TCP
};

}  // namespace edm::worker
