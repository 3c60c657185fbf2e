#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace edm {

// How often a value lay in each of a few ranges. Any thread.
class Histogram {
 public:
  struct Seen {
    std::vector<std::uint64_t> counts;  // one more than bounds: the last is of what lies above all
    double sum = 0;
  };

  // `bounds` rise, and outlive it.
  explicit Histogram(std::span<const double> bounds)
      : bounds_(bounds), seen_{std::vector<std::uint64_t>(bounds.size() + 1), 0} {}

  void Observe(double value);
  Seen Read() const;
  std::span<const double> bounds() const { return bounds_; }

 private:
  const std::span<const double> bounds_;
  mutable std::mutex mutex_;
  Seen seen_;  // guarded by mutex_
};

// Seconds: of calls, and of work that people wait for.
inline constexpr double kCallSeconds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                          0.25,  0.5,    1,     2.5,  5,     10};
inline constexpr double kWorkSeconds[] = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800};

}  // namespace edm
