#pragma once

#include <cstddef>
#include <functional>

#include "common/base/result.h"

namespace edm::worker {

// Calls of one order that are with the engine at once.
inline constexpr std::size_t kEngineCallsMax = 8;

// Does `work` for 0 … count-1, several at once; all of them, whatever fails. The first error by index.
Status InParallel(std::size_t count, const std::function<Status(std::size_t)>& work);

}  // namespace edm::worker
