#include "tests/simulation/coverage.h"

#include <fmt/format.h>

#include "tests/simulation/transitions.h"

namespace edm::simulation {

const char* FaultName(Fault fault) {
  static constexpr std::array<const char*, kFaults> kNames = {
      "kill-master", "pause-master",  "kill-worker", "pause-worker", "power-cut",  "cut-one-way",
      "cut-both",    "loss",          "delay",       "reorder",      "twice",      "slow-disk",
      "store-away",  "store-unknown", "engine-away", "git-away",     "clock-jump", "drain"};
  return kNames.at(static_cast<std::size_t>(fault));
}

void Coverage::Step(const std::string& transition) {
  auto& row = rows_[transition];
  for (std::size_t i = 0; i < kFaults; ++i) row[i] += felt_[i] > 0 ? 1 : 0;
}

void Coverage::Add(const Coverage& other) {
  for (const auto& [transition, row] : other.rows_) {
    auto& into = rows_[transition];
    for (std::size_t i = 0; i < kFaults; ++i) into[i] += row[i];
  }
}

std::string Coverage::Table() const {
  auto text = fmt::format("{:<34}", "transition");
  for (std::size_t i = 0; i < kFaults; ++i) text += fmt::format(" {:>13}", FaultName(static_cast<Fault>(i)));
  text += "\n";
  std::size_t rare = 0;
  auto rows = rows_;
  const auto known = Transitions();
  for (const auto& transition : known) rows.try_emplace(transition);
  for (const auto& [transition, row] : rows) {
    text += fmt::format("{:<34}", known.contains(transition) ? transition : transition + " (in no table)");
    for (const auto count : row) {
      text += fmt::format(" {:>13}", count);
      rare += count < 100 ? 1 : 0;
    }
    text += "\n";
  }
  return text + fmt::format("{} transitions, {} cells under 100\n", rows.size(), rare);
}

}  // namespace edm::simulation
