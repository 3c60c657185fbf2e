#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace edm::worker {

struct WantedPort {
  std::string service;
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";
};

struct Addresses {
  std::map<std::string, std::uint16_t> ports;  // by PortName
  std::map<std::string, std::string> subnets;  // by network
};

// Host ports and subnets that nobody else on this machine has. Any thread.
class AddressReserver {
 public:
  virtual ~AddressReserver() = default;

  // What the instance has already stays as it is, and stays reserved though it is not wanted now.
  // Error: kResourceExhausted (the range or the pool is used up).
  virtual Result<Addresses> Reserve(const std::string& instance, const std::vector<WantedPort>& ports,
                                    const std::vector<std::string>& networks) = 0;
  // Known from the journal, at start.
  virtual void Adopt(const std::string& instance, const Addresses& addresses) = 0;
  virtual void Release(const std::string& instance) = 0;
  virtual std::uint32_t SubnetsFree() const = 0;
  virtual std::uint32_t PortsFree() const = 0;  // of TCP
};

}  // namespace edm::worker
