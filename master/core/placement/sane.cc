#include "master/core/placement/sane.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "master/model/limits.h"

namespace edm::master {
namespace {

constexpr double kShareMax = 1.5;                   // more than rounding explains is no share of anything
constexpr std::uint32_t kMemoryMaxMib = 1U << 26U;  // 64 TiB
constexpr std::uint32_t kDiskMaxMib = 1U << 30U;    // 1 PiB
constexpr std::uint32_t kCountMax = 1'000'000;      // of instances, builds, networks

// A clock that stands before it was never set (2001), and says nothing about when.
constexpr WallTime kClockWasSet{Millis(1'000'000'000'000)};

bool IsShare(double value) { return std::isfinite(value) && value >= 0 && value <= kShareMax; }

std::string OutOfRange(const Load& load) {
  if (!IsShare(load.cpu)) return fmt::format("cpu {}", load.cpu);
  if (!IsShare(load.cpu_lasting)) return fmt::format("lasting cpu {}", load.cpu_lasting);
  if (load.memory_total_mib > kMemoryMaxMib) return fmt::format("{} MiB of memory", load.memory_total_mib);
  if (load.memory_available_mib > load.memory_total_mib)
    return fmt::format("{} of {} MiB of memory free", load.memory_available_mib, load.memory_total_mib);
  if (load.disk_total_mib > kDiskMaxMib) return fmt::format("{} MiB of disk", load.disk_total_mib);
  if (load.disk_free_mib > load.disk_total_mib)
    return fmt::format("{} of {} MiB of disk free", load.disk_free_mib, load.disk_total_mib);
  for (const auto count : {load.running, load.building, load.networks_free}) {
    if (count > kCountMax) return fmt::format("a count of {}", count);
  }
  return "";
}

}  // namespace

std::string WhyRefused(const Load& load, std::optional<WallTime> now) {
  auto why = OutOfRange(load);
  if (!why.empty() || !now || load.sampled_at < kClockWasSet) return why;
  const auto ahead = std::chrono::duration_cast<Millis>(load.sampled_at - *now);
  if (ahead > kClockSkewMax) return "its clock is " + FormatDuration(ahead) + " ahead of the master's";
  if (-ahead > kClockSkewMax) return "its clock is " + FormatDuration(-ahead) + " behind the master's";
  return "";
}

}  // namespace edm::master
