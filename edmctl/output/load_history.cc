#include "edmctl/output/load_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

constexpr std::array<const char*, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<const char*, 8> kPlain{"_", ".", ":", "-", "=", "+", "*", "#"};
constexpr double kUnknown = -1;
constexpr std::size_t kTicksMax = 60;  // so that a line fits into 80 columns

// The share at each tick up to the newest point; kUnknown where there is no point.
template <class Read>
std::vector<double> Ticks(const v1::WorkerLoad& load, Read read) {
  const auto& points = load.points();
  const auto interval = Millis(std::max(1U, load.interval_s()) * 1'000);
  const auto newest = ToWallTime(points[points.size() - 1].began_at());
  const auto all = (newest - ToWallTime(points[0].began_at())) / interval + 1;
  std::vector<double> ticks(
      std::clamp<std::size_t>(static_cast<std::size_t>(std::max<std::int64_t>(1, all)), 1, kTicksMax),
      kUnknown);
  for (const auto& point : points) {
    const auto back = (newest - ToWallTime(point.began_at())) / interval;
    if (back >= 0 && back < static_cast<std::int64_t>(ticks.size()))
      ticks[ticks.size() - 1 - static_cast<std::size_t>(back)] = read(point);
  }
  return ticks;
}

std::string Line(const Terminal& terminal, const std::vector<double>& ticks) {
  double least = 1;
  double most = 0;
  for (const double share : ticks) {
    if (share == kUnknown) continue;
    least = std::min(least, share);
    most = std::max(most, share);
  }
  return fmt::format("{}  {:.0f}-{:.0f}%", Sparkline(terminal, ticks), least * 100, most * 100);
}

}  // namespace

std::string Sparkline(const Terminal& terminal, const std::vector<double>& shares) {
  const auto& signs = terminal.unicode ? kBlocks : kPlain;
  std::string line;
  for (const double share : shares) {
    const auto step = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * (signs.size() - 1) + 0.5);
    line += share < 0 ? " " : signs[step];
  }
  return line;
}

std::vector<std::pair<std::string, std::string>> RenderLoad(const Terminal& terminal,
                                                            const v1::WorkerLoad& load) {
  if (load.points().empty()) return {};
  const auto cpu = Ticks(load, [](const auto& point) { return point.cpu(); });
  const auto total = load.memory_total_mib();
  const auto memory = Ticks(load, [total](const auto& point) {
    return total == 0 ? 0.0
                      : 1.0 - static_cast<double>(std::min(total, point.memory_available_mib())) / total;
  });
  const auto span = cpu.size() * std::max(1U, load.interval_s());
  const auto time = span < 120 ? fmt::format("{} s", span) : fmt::format("{} min", span / 60);
  return {{"cpu, " + time, Line(terminal, cpu)}, {"memory, " + time, Line(terminal, memory)}};
}

}  // namespace edm::ctl
