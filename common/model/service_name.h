#pragma once

#include <string_view>

#include "common/base/result.h"

namespace edm {

// What a service of a compose file may be called: lower case letters and digits, joined by '-', '_' or '.',
// at most 63. An image's path and a container's name are made from it.
bool IsServiceName(std::string_view name);

// kInvalidArgument, as names.h has it.
Status CheckServiceName(std::string_view name);

}  // namespace edm
