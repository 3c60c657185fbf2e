#pragma once

#include <map>
#include <string>

#include "common/base/result.h"
#include "common/core/yaml/node.h"

namespace edm::compose {

// The `ipam` of a network: the subnet reserved for it, by the network's key. Error: kInternal, there is none.
Result<yaml::Node> IpamOf(const std::string& network, const std::map<std::string, std::string>& subnets);

}  // namespace edm::compose
