#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/yaml/node.h"

namespace edm::compose {

// What a service of a final document says of itself.
const std::vector<yaml::Node>& MountsOf(const yaml::Node& service);
std::set<std::string> DependenciesOf(const yaml::Node& service);

// A path below a release's folder, seen from there. Absent: it lies elsewhere.
std::optional<std::string> Below(std::string_view path, std::string_view folder);

// What binds a service so closely to others, or to the machine, that nothing can be said of it alone; ""
// nothing.
std::string WhyStrange(const yaml::Node& service);

}  // namespace edm::compose
