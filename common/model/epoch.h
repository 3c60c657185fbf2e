#pragma once

#include <cstdint>

namespace edm {

// A restored state begins that far above the epoch of its backup: more than masters can have taken since, so
// that workers, which refuse a lower epoch than they have seen, take its orders. An epoch above it says that
// the state was restored at least once.
inline constexpr std::uint32_t kEpochLeap = 100'000;

}  // namespace edm
