#include "tests/unit/worker/runner_fixture.h"

namespace edm::worker {
namespace {

Error Refused() { return {Code::kInternal, "containers of shop", "device or resource busy"}; }

// What is there once an attempt has ended is what its end and the journal say, or becomes it.
class Recovers : public RunnerFixture {
 protected:
  // Up to the first moment in which that release runs; its attempt is still under way.
  void BringUp(const Order& order) {
    ASSERT_TRUE(runner_->Assign(order).ok());
    while (RunningRelease() != order.release) ASSERT_TRUE(executor_->RunOne());
    ASSERT_FALSE(HasEnded(order.attempt));
  }
  void AfterASecond() {
    runner_->Tick();
    executor_->RunAll();
  }
};

TEST_F(Recovers, WhatABrokenOffStartHasLeftIsStoppedWhereItsStopFails) {
  BringUp(Deploy(1, 1));
  runtime_.Fail("Stop", Refused());
  EXPECT_EQ(Run(Reach(2, Target::kStopped)).phase, Phase::kRejected);
  EXPECT_EQ(EndOf(1).phase, Phase::kCancelled);
  EXPECT_EQ(EndOf(2).running_release, 0U);
  EXPECT_EQ(RunningRelease(), 0U);
}

TEST_F(Recovers, WhatRanBeforeABrokenOffDeployRunsAgainWhereItsStopFails) {
  Run(Deploy(1, 1));
  BringUp(Deploy(2, 2, 1));
  runtime_.Fail("Stop", Refused());
  EXPECT_EQ(Run(Reach(3, Target::kStopped)).running_release, 1U);
  EXPECT_EQ(RunningRelease(), 1U);
}

TEST_F(Recovers, AStopThatEndsWellLeavesNothingToRecover) {
  Run(Deploy(1, 1));
  BringUp(Deploy(2, 2, 1));
  EXPECT_EQ(Run(Reach(3, Target::kStopped)).phase, Phase::kStopped);
  EXPECT_EQ(RunningRelease(), 0U);
}

TEST_F(Recovers, WhatAFailedDeleteHasRemovedAllTheSameRunsAgain) {
  Run(Deploy(1, 1));
  runtime_.FailAfter("Remove", Refused(), 1, "shop");
  EXPECT_EQ(Run(Reach(2, Target::kDeleted)).running_release, 1U);
  EXPECT_EQ(RunningRelease(), 1U);
  EXPECT_EQ(Run(Reach(3, Target::kDeleted)).phase, Phase::kDeleted);
  EXPECT_TRUE(runtime_.is_empty());
}

TEST_F(Recovers, AKillBeforeItWasLookedAtTakesNothingAway) {
  BringUp(Deploy(1, 1));
  runtime_.Fail("Stop", Refused());
  ASSERT_TRUE(runner_->Assign(Reach(2, Target::kStopped)).ok());
  while (!HasEnded(2)) ASSERT_TRUE(executor_->RunOne());
  ASSERT_EQ(RunningRelease(), 1U);
  Begin();
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 0U);
}

TEST_F(Recovers, WhatWasNotLookedAtBeforeANewerOneWasCancelledIsLookedAtAfterAKill) {
  BringUp(Deploy(1, 1));
  runtime_.Fail("Stop", Refused());
  ASSERT_TRUE(runner_->Assign(Reach(2, Target::kStopped)).ok());
  while (!HasEnded(1)) ASSERT_TRUE(executor_->RunOne());
  ASSERT_TRUE(runner_->Assign(Deploy(3, 2)).ok());
  ASSERT_TRUE(runner_->Cancel(1, "shop", 3, "").ok());
  while (!HasEnded(3)) ASSERT_TRUE(executor_->RunOne());
  ASSERT_EQ(RunningRelease(), 1U);
  Begin();
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 0U);
}

TEST_F(Recovers, WhatWasReadyWhenTheMachineWentDownRunsOnceItsAttemptHasEnded) {
  ASSERT_TRUE(runner_->Assign(Deploy(1, 1)).ok());
  while (!journal_.Load()->attempts.empty() && journal_.Load()->attempts.at(0).done != Effect::kAwaitReady)
    ASSERT_TRUE(executor_->RunOne());
  for (const auto* service : {"web", "db"}) runtime_.Kill("shop", service, 255);
  Begin();
  executor_->RunAll();
  EXPECT_EQ(EndOf(1).phase, Phase::kRunning);
  EXPECT_EQ(RunningRelease(), 1U);
}

TEST_F(Recovers, WhatAnEngineRefusesIsAskedOfItAgain) {
  Run(Deploy(1, 1));
  runtime_.Kill("shop", "web", 137);
  runtime_.Fail("StartKept", Refused(), 2);
  Begin();
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 0U);
  AfterASecond();
  EXPECT_EQ(RunningRelease(), 0U);
  AfterASecond();
  EXPECT_EQ(RunningRelease(), 1U);
}

TEST_F(Recovers, WhatAnEngineRefusesForGoodIsLeftInTheEnd) {
  Run(Deploy(1, 1));
  runtime_.Kill("shop", "web", 137);
  runtime_.Fail("StartKept", Refused(), -1);
  Begin();
  for (int seconds = 0; seconds < 100; ++seconds) AfterASecond();
  const auto calls = runtime_.calls().size();
  AfterASecond();
  EXPECT_EQ(runtime_.calls().size(), calls);
  EXPECT_EQ(runner_->Observations().at(0).health, Health::kUnhealthy);
}

// What a master said before it knew nothing of the attempt.
TEST_F(Recovers, WhichReleasesAreKeptIsAskedAnewAfterAnAttempt) {
  Run(Deploy(1, 1));
  auto second = Deploy(2, 2);
  second.kept_releases = {1, 2};
  Run(second);
  runtime_.Fail("Everything", {Code::kUnavailable, "container engine", "it does not answer"});
  runner_->Keep(1, runner_->AreUnsure(), {{"shop", {2}}});
  executor_->RunAll();
  auto third = Deploy(3, 3);
  third.kept_releases = {1, 2, 3};
  Run(third);
  EXPECT_EQ(files_.Releases("shop").value(), (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(runner_->AreUnsure(), (AttemptRunner::Unsure{{"shop", 3}}));
}

}  // namespace
}  // namespace edm::worker
