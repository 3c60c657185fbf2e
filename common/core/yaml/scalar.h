#pragma once

#include <string_view>

#include "common/core/yaml/node.h"

namespace edm::yaml {

// A plain (unquoted) scalar by YAML 1.2's core schema, with what compose's reader adds: 0755 is octal, 1_000
// a number.
Node TypedScalar(std::string_view text, Position at);

}  // namespace edm::yaml
