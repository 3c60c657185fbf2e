#include "common/core/compose/address.h"

namespace edm::compose {

std::string AddressVariable(std::string_view service, std::uint16_t container_port) {
  std::string name = "EDM_ADDRESS_";
  for (const char c : service) {
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += is_lower ? static_cast<char>(c - 'a' + 'A') : is_kept ? c : '_';
  }
  return name + "_" + std::to_string(container_port);
}

std::map<std::string, std::string> InstanceEnvironment(std::string_view instance, std::string_view owner,
                                                       std::string_view project,
                                                       const std::vector<Endpoint>& endpoints) {
  std::map<std::string, std::string> variables = {
      {"EDM_INSTANCE", std::string(instance)}, {"EDM_OWNER", std::string(owner)},
      {"EDM_PROJECT", std::string(project)},   {"IID", std::string(instance)},
      {"UNAME", std::string(owner)},           {"PNAME", std::string(project)}};
  for (const auto& endpoint : endpoints) {
    variables[AddressVariable(endpoint.service, endpoint.container_port)] =
        endpoint.address + ":" + std::to_string(endpoint.port);
    variables.try_emplace("EDM_HOST", endpoint.address);
    if (!endpoint.url.empty()) variables.try_emplace("EDM_URL", endpoint.url);
  }
  return variables;
}

}  // namespace edm::compose
