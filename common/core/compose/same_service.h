#pragma once

#include <string>

#include "common/core/compose/release_pair.h"
#include "common/core/yaml/node.h"

namespace edm::compose {

// Whether a service of the release to come is what runs already under its name (`before`): made of the same,
// with the same settings and files, apart from what every release has of its own. One that takes configs or
// secrets is not.
bool IsSameService(const ReleasePair& pair, const std::string& name, const yaml::Node& wanted,
                   const yaml::Node& before);

}  // namespace edm::compose
