#pragma once

#include <string_view>

#include "common/core/yaml/json.h"

namespace edm::compose {

// A document that edm has written itself. Error: kInternal.
inline Result<yaml::Node> ReadStored(std::string_view json) {
  constexpr yaml::Limits kStoredLimits{.bytes = 16U << 20, .nodes = 200'000, .depth = 64};
  return yaml::ReadJson(json, "the stored compose document", kStoredLimits);
}

}  // namespace edm::compose
