#pragma once

#include <cstdint>
#include <string>

#include "common/model/lifecycle.h"

namespace edm {

// One way into an instance from outside.
struct Endpoint {
  std::string service;
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";
  std::string address;  // the worker's public address
  std::uint16_t port = 0;
  std::string lan_address;  // the worker's address within the cluster
  std::string url;          // http://address:port for what is published over TCP, else empty
  bool operator==(const Endpoint&) const = default;
};

struct ServiceStatus {
  std::string service;
  std::string image;
  std::string state;  // the engine's word
  Health health = Health::kUnknown;
  std::uint32_t restarts = 0;
  int exit_code = 0;
  bool oneshot = false;
  bool operator==(const ServiceStatus&) const = default;
};

}  // namespace edm
