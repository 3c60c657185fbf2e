#include "common/adapters/metrics/histogram.h"

#include <algorithm>

namespace edm {

void Histogram::Observe(double value) {
  const auto at = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  const std::lock_guard lock(mutex_);
  ++seen_.counts[static_cast<std::size_t>(at)];
  seen_.sum += value;
}

Histogram::Seen Histogram::Read() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

}  // namespace edm
