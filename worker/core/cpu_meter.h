#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "common/base/time.h"

namespace edm::worker {

// What some cores could have done since boot and what they did, in one unit: the kernel's ticks,
// microseconds.
struct CpuTicks {
  std::uint64_t busy = 0;
  std::uint64_t all = 0;
};

// Makes of readings of the ticks, meant to come once a second, how busy the cores are: 0 to 1, and 0 until
// kSampleMin after the first reading. Readings may come at any pace, so that whoever asks more often changes
// nothing. Not thread-safe.
class CpuMeter {
 public:
  static constexpr Millis kSmoothing{3'000};    // time constant: a third is left of a load that ended 3 s ago
  static constexpr Millis kLastingSpan{3'000};  // a load is lasting when it filled all of it
  static constexpr Millis kSampleMin{500};      // ticks are 10 ms: a shorter sample is a coarse one

  void Read(const CpuTicks& ticks, SteadyTime now);

  double smoothed() const { return smoothed_; }
  // The least of the samples that lie in the last kLastingSpan: what no passing burst explains.
  double lasting() const;

 private:
  struct Sample {
    SteadyTime end;
    double busy = 0;
  };
  std::optional<CpuTicks> last_;
  SteadyTime last_at_;
  std::deque<Sample> samples_;  // those that reach into the last kLastingSpan
  double smoothed_ = 0;
};

}  // namespace edm::worker
