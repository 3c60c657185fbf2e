#pragma once

#include "common/base/result.h"
#include "common/model/instance.h"

namespace edm::master {

inline constexpr std::size_t kHostPortsMax = 64;
inline constexpr std::size_t kApartFromMax = 64;
inline constexpr std::size_t kAffinitiesMax = 32;
inline constexpr std::int32_t kAffinityWeightMax = 100;

// Judges what an instance asks of its worker, at the door.
Status CheckRequirements(const Requirements& requirements);

}  // namespace edm::master
