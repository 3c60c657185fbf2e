#pragma once

#include <string>

#include "common/base/result.h"
#include "common/core/spec/app_spec.h"
#include "common/ports/file_tree.h"

namespace edm::compose {

// What a folder is run by.
struct SourceChoice {
  std::string file;
  bool is_dockerfile = false;
};

// The compose file that edm.yaml names; else compose.yaml, compose.yml, docker-compose.yaml,
// docker-compose.yml; else a Dockerfile. Error: what was looked for, and the smallest file that would do.
Result<SourceChoice> ChooseSource(const FileTree& tree, const AppSpec& spec);

}  // namespace edm::compose
