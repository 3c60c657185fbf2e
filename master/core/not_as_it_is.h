#pragma once

#include <string>
#include <utility>

#include "common/base/result.h"

namespace edm::master {

// kFailedPrecondition: the instance would have to be another way first, as the hint says.
inline Error NotAsItIs(const std::string& instance, std::string cause, std::string hint) {
  return {Code::kFailedPrecondition, "instance " + instance, std::move(cause), {}, std::move(hint)};
}

}  // namespace edm::master
