#include "master/core/election.h"

#include <gtest/gtest.h>

namespace edm::master {
namespace {

constexpr SteadyTime kNow{Millis(100'000)};
constexpr Millis kSilence{2'000};

ElectionMove Move(const ElectionFacts& facts) { return NextMove(facts, kNow, kSilence); }

ElectionFacts Leading() { return {.leads = true, .confirmed = kNow - Millis(300)}; }
ElectionFacts Following() { return {.looked = true, .held = true, .pulse_changed = kNow - Millis(300)}; }

TEST(Election, ALeaderShowsLifeWhileItIsConfirmed) { EXPECT_EQ(Move(Leading()), ElectionMove::kRenew); }

TEST(Election, ALeaderThatIsToldThatItLostStepsDown) {
  auto facts = Leading();
  facts.lost = true;
  EXPECT_EQ(Move(facts), ElectionMove::kStepDown);
}

TEST(Election, ALeaderWhomNobodyConfirmsStepsDownAfterTheSilenceAndNotBefore) {
  auto facts = Leading();
  facts.confirmed = kNow - kSilence + Millis(1);
  EXPECT_EQ(Move(facts), ElectionMove::kRenew);
  facts.confirmed = kNow - kSilence;
  EXPECT_EQ(Move(facts), ElectionMove::kStepDown);
}

TEST(Election, AFollowerLooksBeforeItMoves) {
  EXPECT_EQ(Move({}), ElectionMove::kLook);
  EXPECT_EQ(Move(Following()), ElectionMove::kLook);
}

TEST(Election, AFreeLockIsTakenAndOneThatIsOursFromBeforeToo) {
  auto facts = Following();
  facts.held = false;
  EXPECT_EQ(Move(facts), ElectionMove::kTake);
  facts.held = facts.ours = true;
  EXPECT_EQ(Move(facts), ElectionMove::kTake);
}

TEST(Election, AHolderThatShowsNoLifeIsOustedAfterTheSilenceAndNotBefore) {
  auto facts = Following();
  facts.pulse_changed = kNow - kSilence + Millis(1);
  EXPECT_EQ(Move(facts), ElectionMove::kLook);
  facts.pulse_changed = kNow - kSilence;
  EXPECT_EQ(Move(facts), ElectionMove::kOust);
}

TEST(Election, WhoResignedLetsOthersGoFirst) {
  auto facts = Following();
  facts.held = false;
  facts.rests_until = kNow + Millis(1);
  EXPECT_EQ(Move(facts), ElectionMove::kLook);
  facts.rests_until = kNow;
  EXPECT_EQ(Move(facts), ElectionMove::kTake);
}

}  // namespace
}  // namespace edm::master
