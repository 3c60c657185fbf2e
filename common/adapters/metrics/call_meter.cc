#include "common/adapters/metrics/call_meter.h"

namespace edm {

void CallMeter::Count(std::string_view name, std::string_view outcome) {
  const std::lock_guard lock(mutex_);
  ++counts_[{std::string(name), std::string(outcome)}];
}

void CallMeter::Observe(std::string_view name, std::string_view outcome, double seconds) {
  const std::lock_guard lock(mutex_);
  ++counts_[{std::string(name), std::string(outcome)}];
  auto at = times_.find(name);
  if (at == times_.end()) at = times_.try_emplace(std::string(name), bounds_).first;
  at->second.Observe(seconds);
}

std::uint64_t CallMeter::Counted(std::string_view name, std::string_view outcome) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find({std::string(name), std::string(outcome)});
  return found == counts_.end() ? 0 : found->second;
}

void CallMeter::ExposeCounts(Exposition& to, const Names& names) const {
  const std::lock_guard lock(mutex_);
  to.Counter(names.prefix + "s_total", names.what + ", by how they ended");
  for (const auto& [key, count] : counts_) {
    to.Value(static_cast<double>(count), {{names.label, key.first}, {names.outcome_label, key.second}});
  }
}

void CallMeter::Expose(Exposition& to, const Names& names) const {
  ExposeCounts(to, names);
  const std::lock_guard lock(mutex_);
  to.Histograms(names.prefix + "_duration_seconds", "how long " + names.what + " took");
  for (const auto& [name, times] : times_) to.Value(times, {{names.label, name}});
}

}  // namespace edm
