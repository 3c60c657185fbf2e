#pragma once

#include <optional>
#include <string>

#include "common/base/time.h"
#include "common/model/worker.h"

namespace edm::master {

// Why a load cannot be believed; "": it can. `now` by the master's clock; none: that clock is not trusted,
// and nobody's is judged by it.
std::string WhyRefused(const Load& load, std::optional<WallTime> now);

}  // namespace edm::master
