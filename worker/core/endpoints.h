#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/model/endpoint.h"
#include "worker/ports/address_reserver.h"

namespace edm::worker {

// How people reach the published ports, with the host ports reserved for them (by PortName). One without is
// left out.
std::vector<Endpoint> EndpointsOf(const std::vector<WantedPort>& ports,
                                  const std::map<std::string, std::uint16_t>& host_ports,
                                  const std::string& public_address, const std::string& lan_address);

}  // namespace edm::worker
