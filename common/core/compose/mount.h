#pragma once

#include <string>

#include "common/base/result.h"
#include "common/core/yaml/node.h"

namespace edm::compose {

// One entry of a service's `volumes`, in either form.
struct Mount {
  std::string type;    // "bind", "volume", "tmpfs" or as written
  std::string source;  // empty: anonymous
  std::string target;
  bool read_only = false;
  std::string propagation;
};

// Errors have cause and hint, no object.
Result<Mount> ReadMount(const yaml::Node& entry);

}  // namespace edm::compose
