#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "worker/adapters/docker/build/context_tar.h"

namespace edm::worker {

// What of a folder belongs to the build context: relative paths, sorted, folders before what is in them.
Result<std::vector<std::string>> ContextFiles(const ContextSource& source);

}  // namespace edm::worker
