#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "common/adapters/metrics/exposition.h"
#include "common/adapters/metrics/histogram.h"
#include "common/base/result.h"

namespace edm {

// Counts calls by name and outcome, and times them. Names are those of a fixed set (methods of a proto, calls
// of a port). Any thread.
class CallMeter {
 public:
  explicit CallMeter(std::span<const double> bounds) : bounds_(bounds) {}

  void Count(std::string_view name, std::string_view outcome);  // without a time
  void Observe(std::string_view name, std::string_view outcome, double seconds);
  std::uint64_t Counted(std::string_view name, std::string_view outcome) const;

  // <prefix>s_total{<label>, <outcome_label>} and <prefix>_duration_seconds{<label>}.
  struct Names {
    std::string prefix;
    std::string what;  // "calls of workers and people"
    std::string label;
    std::string outcome_label = "code";
  };
  void Expose(Exposition& to, const Names& names) const;
  void ExposeCounts(Exposition& to, const Names& names) const;  // the first alone

 private:
  const std::span<const double> bounds_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> counts_;  // guarded by mutex_, as what follows
  std::map<std::string, Histogram, std::less<>> times_;
};

}  // namespace edm
