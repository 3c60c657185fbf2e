#pragma once

#include <string>
#include <vector>

#include "edm/v1/model.pb.h"
#include "edmctl/commands/invocation.h"

namespace edm::ctl {

// Of the instance and service named by the operands; at least one. Error: kFailedPrecondition when it runs
// nothing that is published, kNotFound when there is no such service.
Result<std::vector<v1::Endpoint>> EndpointsOf(Invocation& invocation);

// The URL, else address:port.
std::string AddressOf(const v1::Endpoint& endpoint);

}  // namespace edm::ctl
