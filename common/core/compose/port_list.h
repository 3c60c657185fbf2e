#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/core/compose/blueprint.h"
#include "common/core/yaml/node.h"

namespace edm::compose {

// The most container ports that one entry, and one service, may name.
constexpr std::size_t kPortsMax = 64;

// One entry of `ports`: "2000", 2000, "8080:80", "127.0.0.1:8080:80/udp", "3000-3002", or the long form.
// Errors have cause and hint, no object.
Result<std::vector<WantedPort>> ReadPorts(const yaml::Node& entry);

}  // namespace edm::compose
