#include "worker/core/cpu_meter.h"

#include <algorithm>
#include <cmath>

namespace edm::worker {

void CpuMeter::Read(const CpuTicks& ticks, SteadyTime now) {
  if (last_ && (now - last_at_ < kSampleMin || ticks.all <= last_->all)) return;
  if (last_) {
    const auto busy = ticks.busy < last_->busy ? 0.0
                                               : static_cast<double>(ticks.busy - last_->busy) /
                                                     static_cast<double>(ticks.all - last_->all);
    const std::chrono::duration<double> span = now - last_at_;
    const auto newest =
        samples_.empty() ? 1.0 : 1 - std::exp(-span / std::chrono::duration<double>(kSmoothing));
    smoothed_ += newest * (busy - smoothed_);
    samples_.push_back({now, busy});
    std::erase_if(samples_, [&](const Sample& one) { return one.end + kLastingSpan <= now; });
  }
  last_ = ticks;
  last_at_ = now;
}

double CpuMeter::lasting() const {
  double least = samples_.empty() ? 0.0 : 1.0;
  for (const auto& one : samples_) least = std::min(least, one.busy);
  return least;
}

}  // namespace edm::worker
