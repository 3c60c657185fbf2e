#pragma once

#include <string>
#include <string_view>

#include "common/core/yaml/node.h"

namespace edm::yaml {

// The text under `key` of a map; "" where there is none.
inline std::string TextOf(const Node& map, std::string_view key) {
  const auto* value = map.Find(key);
  return value ? value->text() : "";
}

}  // namespace edm::yaml
