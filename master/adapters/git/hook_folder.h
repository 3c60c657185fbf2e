#pragma once

#include <string>

#include "common/base/result.h"

namespace edm::master {

// Makes the folder of hooks that all repos share (core.hooksPath): only proc-receive, a link to `program`.
Status MakeHookFolder(const std::string& folder, const std::string& program);

}  // namespace edm::master
