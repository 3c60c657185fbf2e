#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/endpoint.h"

namespace edm::compose {

// "EDM_ADDRESS_WEB_2000"
std::string AddressVariable(std::string_view service, std::uint16_t container_port);

// Where the instance will be reached, for the containers' environment: EDM_INSTANCE, EDM_OWNER, EDM_PROJECT,
// EDM_HOST, EDM_URL (of the first endpoint that has one) and one address variable per endpoint. UNAME, PNAME
// and IID as well.
std::map<std::string, std::string> InstanceEnvironment(std::string_view instance, std::string_view owner,
                                                       std::string_view project,
                                                       const std::vector<Endpoint>& endpoints);

}  // namespace edm::compose
