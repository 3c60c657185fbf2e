#include "common/model/lifecycle.h"

#include <gtest/gtest.h>

#include <array>

namespace edm {
namespace {

constexpr std::array kPhases = {Phase::kPending,   Phase::kPlaced,   Phase::kFetching, Phase::kBuilding,
                                Phase::kBuilt,     Phase::kStarting, Phase::kRunning,  Phase::kStopping,
                                Phase::kStopped,   Phase::kFailed,   Phase::kRejected, Phase::kLost,
                                Phase::kCancelled, Phase::kDeleted};
constexpr std::size_t kFirstEnd = 9;

TEST(Lifecycle, OverAllPairsAPhaseOnlyGrowsAndAnEndIsForEver) {
  for (std::size_t from = 0; from < kPhases.size(); ++from) {
    for (std::size_t to = 0; to < kPhases.size(); ++to) {
      EXPECT_EQ(MayFollow(kPhases[from], kPhases[to]), to > from && from < kFirstEnd)
          << PhaseName(kPhases[from]) << " > " << PhaseName(kPhases[to]);
    }
  }
}

TEST(Lifecycle, AnAttemptEndsAtItsTargetOrInAFailure) {
  const std::array targets = {
      std::pair{Target::kBuilt, Phase::kBuilt}, std::pair{Target::kRunning, Phase::kRunning},
      std::pair{Target::kStopped, Phase::kStopped}, std::pair{Target::kDeleted, Phase::kDeleted}};
  for (const auto& [target, goal] : targets) {
    for (const auto phase : kPhases) {
      EXPECT_EQ(HasEnded(phase, target), phase >= goal || phase >= Phase::kFailed)
          << PhaseName(phase) << " for " << TargetName(target);
    }
  }
}

TEST(Lifecycle, NamesAreTheOnesOfTheProtos) {
  for (const auto phase : kPhases) EXPECT_NE(PhaseName(phase), "UNKNOWN");
}

}  // namespace
}  // namespace edm
