#pragma once

#include <string>

#include "master/api/rest/route_table.h"

namespace edm::master::rest {

// The OpenAPI 3.0.3 document of the routes, as JSON.
std::string OpenApi(const RouteTable& routes, const std::string& version);

}  // namespace edm::master::rest
