#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/simulation/dice.h"

namespace edm::simulation {

inline constexpr std::size_t kCommitDigits = 40;

// What a source does is written in its commit, so that everybody who sees one knows what must come of it.
//
//   [0] '1': it has a volume   [1] '0' to '2': it publishes host port 8080 to 8082, else any
//   last: 'd' is refused by policy, 'b' does not build, 'e' never becomes ready, else it is good
std::string MakeCommit(Dice& dice);

bool HasVolume(const std::string& commit);
std::optional<std::uint16_t> FixedPortOf(const std::string& commit);
bool IsRefused(const std::string& commit);
bool FailsToBuild(const std::string& commit);
bool NeverReady(const std::string& commit);
inline bool IsGood(const std::string& commit) {
  return !IsRefused(commit) && !FailsToBuild(commit) && !NeverReady(commit);
}

// Whether two copies of the instance of that name must never live.
bool IsSingleton(const std::string& instance);

// What each instance of that name takes while it runs.
std::uint32_t MemoryOf(const std::string& instance);

}  // namespace edm::simulation
