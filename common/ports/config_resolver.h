#pragma once

#include <map>
#include <string>

#include "common/base/result.h"

namespace edm {

// All that compose may see: judged documents (JSON), by their path in the project's folder.
struct ConfigRequest {
  std::string project;
  std::string main_file;
  std::map<std::string, std::string> files;
  bool operator==(const ConfigRequest&) const = default;
};

struct ResolvedConfig {
  std::string json;
  std::string
      directory;  // absolute: what compose took for the project's folder; relative paths begin with it
};

// Merges, extends and normalizes compose documents as compose itself does it. Blocking; any thread.
// Errors: kInvalidArgument (compose refuses the documents; evidence holds its words), kResourceExhausted (the
// limits of time and memory), kFailedPrecondition (there is no compose).
class ConfigResolver {
 public:
  virtual ~ConfigResolver() = default;
  virtual Result<ResolvedConfig> Resolve(const ConfigRequest& request) = 0;
};

}  // namespace edm
