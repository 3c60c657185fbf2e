#pragma once

#include <string>
#include <vector>

#include "common/adapters/config/settings.h"
#include "common/base/result.h"

namespace edm {

// One setting as it stands in a file.
struct ConfigLine {
  std::string name;      // "grpc.listen"
  std::string value;     // lists and maps joined by commas, as Settings takes them
  std::string position;  // "master.yaml:3:5"
};

// Reads a YAML file of nested keys. Not there: no lines, unless it must exist. `settings` tells where a
// mapping is a value (labels) and not a further level.
Result<std::vector<ConfigLine>> ReadConfigFile(const std::string& path, bool must_exist,
                                               const Settings& settings);

}  // namespace edm
