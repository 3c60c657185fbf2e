#include "worker/core/endpoints.h"

#include "worker/core/records.h"

namespace edm::worker {

std::vector<Endpoint> EndpointsOf(const std::vector<WantedPort>& ports,
                                  const std::map<std::string, std::uint16_t>& host_ports,
                                  const std::string& public_address, const std::string& lan_address) {
  std::vector<Endpoint> endpoints;
  for (const auto& port : ports) {
    const auto reserved = host_ports.find(PortName(port));
    if (reserved == host_ports.end()) continue;
    Endpoint endpoint{.service = port.service,
                      .container_port = port.container_port,
                      .protocol = port.protocol,
                      .address = public_address,
                      .port = reserved->second,
                      .lan_address = lan_address};
    if (port.protocol == "tcp")
      endpoint.url = "http://" + public_address + ":" + std::to_string(reserved->second);
    endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

}  // namespace edm::worker
