#pragma once

#include <algorithm>
#include <cstdint>

#include "common/base/time.h"

namespace edm {

// Doubles from `first` to `most`. Jitter is the caller's: this must give the same answer for the same try.
struct Backoff {
  Millis first{100};
  Millis most{30'000};

  // `tries` counts the failures so far: 0 waits nothing.
  Millis After(std::uint32_t tries) const {
    if (tries == 0) return Millis(0);
    const auto doublings = std::min<std::uint32_t>(tries - 1, 20);
    return std::min(most, first * (std::int64_t{1} << doublings));
  }
};

}  // namespace edm
