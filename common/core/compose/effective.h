#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/core/spec/app_spec.h"
#include "common/core/yaml/node.h"
#include "common/ports/config_resolver.h"
#include "common/ports/file_tree.h"

namespace edm::compose {

// What compose printed as a document of ours: dollar signs single again, paths relative to the checkout, what
// only matters to development gone, edm.yaml's build arguments put in.
Result<yaml::Node> ReadEffective(const ResolvedConfig& resolved, const AppSpec& spec);

// After judging: paths as they really are, so that no link is followed again between here and the engine.
void SettlePaths(yaml::Node& effective, const FileTree& tree);

}  // namespace edm::compose
