#pragma once

#include <string_view>

#include "common/core/compose/blueprint.h"
#include "common/core/yaml/node.h"

namespace edm::compose {

// What one service of a judged effective document says. `oneshot` and `image_of` depend on others: not set
// here.
ServicePlan ReadService(std::string_view name, const yaml::Node& service, std::string_view instance);

}  // namespace edm::compose
