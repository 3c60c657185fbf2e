#include "common/core/compose/ipam.h"

namespace edm::compose {

using yaml::Node;

Result<Node> IpamOf(const std::string& network, const std::map<std::string, std::string>& subnets) {
  const auto subnet = subnets.find(network);
  if (subnet == subnets.end())
    return Error{Code::kInternal, "network " + network, "was given no subnet", {}, "report this"};
  auto range = Node::Map();
  range.Set("subnet", Node::String(subnet->second));
  auto config = Node::Sequence();
  config.Add(std::move(range));
  auto ipam = Node::Map();
  ipam.Set("config", std::move(config));
  return ipam;
}

}  // namespace edm::compose
