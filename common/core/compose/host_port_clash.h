#pragma once

#include <vector>

#include "common/core/compose/blueprint.h"
#include "common/core/compose/policy.h"

namespace edm::compose {

// Refuses each host port that a second entry of `ports` names as well: only one of them could have it. Of
// what `blueprint` runs and publishes alone; a service behind a profile takes nothing.
std::vector<Finding> FindHostPortClashes(const Document& effective, const FileTree& tree,
                                         const Grants& grants, const Blueprint& blueprint);

}  // namespace edm::compose
