#include "worker/core/fence.h"

#include "tests/unit/worker/runner_fixture.h"

namespace edm::worker {
namespace {

constexpr Millis kAfter{10'000};

TEST(Fence, ClosesAfterTheSilenceAndNotBefore) {
  const SteadyTime heard{Millis(50'000)};
  EXPECT_FALSE(IsClosed({heard, kAfter}, heard + kAfter - Millis(1)));
  EXPECT_TRUE(IsClosed({heard, kAfter}, heard + kAfter));
  EXPECT_TRUE(IsClosed({std::nullopt, kAfter}, heard));
}

TEST(Fence, TakesTheSmallerOfTwoTimes) {
  EXPECT_EQ(FenceAfter(kAfter, std::nullopt), kAfter);
  EXPECT_EQ(FenceAfter(kAfter, Millis(4'000)), Millis(4'000));
  EXPECT_EQ(FenceAfter(Millis(3'000), kAfter), Millis(3'000));
}

TEST(Fence, ConcernsOnlyWhatMustNotRunTwice) {
  const auto move = [](bool closed, bool singleton, bool brings_up, bool runs) {
    return MoveOf({closed, singleton, brings_up, runs});
  };
  EXPECT_EQ(move(false, true, true, true), FenceMove::kNone);
  EXPECT_EQ(move(true, false, true, true), FenceMove::kNone);
  EXPECT_EQ(move(true, true, false, true), FenceMove::kStop);
  EXPECT_EQ(move(true, true, true, true), FenceMove::kBreakOff);
  EXPECT_EQ(move(true, true, true, false), FenceMove::kBreakOff);
  EXPECT_EQ(move(true, true, false, false), FenceMove::kNone);
}

class FencedRunner : public RunnerFixture {
 protected:
  Order Singleton(Order order) const {
    order.singleton = true;
    return order;
  }
  void PassAndTick(Millis time) {
    clock_.Advance(time);
    runner_->Tick();
    executor_->RunAll();
  }
  Observation Seen() {
    const auto all = runner_->Observations();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Observation{} : all.front();
  }
};

TEST_F(FencedRunner, ASingletonStopsWhenNoMasterIsHeardAndStaysSo) {
  EXPECT_EQ(Run(Singleton(Deploy(1, 1))).phase, Phase::kRunning);
  PassAndTick(kAfter - Millis(1'000));
  EXPECT_EQ(RunningRelease(), 1U);
  PassAndTick(Millis(1'000));
  EXPECT_EQ(RunningRelease(), 0U);
  EXPECT_FALSE(Containers().empty()) << "they are kept";
  EXPECT_EQ(Seen().phase, Phase::kStopped);
  EXPECT_EQ(Seen().release, 0U);
  // A master that comes back changes nothing by that alone.
  runner_->Heard(clock_.Steady(), {});
  PassAndTick(Millis(1'000));
  EXPECT_EQ(RunningRelease(), 0U);
  EXPECT_EQ(Run(Singleton(Reach(2, Target::kRunning, 1))).phase, Phase::kRunning);
  EXPECT_EQ(RunningRelease(), 1U);
}

TEST_F(FencedRunner, WhatIsNoSingletonRunsOn) {
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRunning);
  PassAndTick(kAfter * 100);
  EXPECT_EQ(RunningRelease(), 1U);
}

TEST_F(FencedRunner, EachAnswerOpensItAnewAndMayMakeItShorter) {
  EXPECT_EQ(Run(Singleton(Deploy(1, 1))).phase, Phase::kRunning);
  for (int i = 0; i < 5; ++i) {
    PassAndTick(kAfter - Millis(1'000));
    EXPECT_EQ(RunningRelease(), 1U);
    runner_->Heard(clock_.Steady(), kAfter);
  }
  runner_->Heard(clock_.Steady(), Millis(3'000));
  PassAndTick(Millis(3'000));
  EXPECT_EQ(RunningRelease(), 0U);
}

TEST_F(FencedRunner, ASingletonIsNotStartedBehindAClosedFence) {
  EXPECT_EQ(Run(Singleton(Deploy(1, 1))).phase, Phase::kRunning);
  EXPECT_EQ(Run(Singleton(Reach(2, Target::kStopped))).phase, Phase::kStopped);
  clock_.Advance(kAfter);
  const auto end = Run(Singleton(Reach(3, Target::kRunning, 1)));
  EXPECT_NE(end.phase, Phase::kRunning);
  ASSERT_TRUE(end.failure);
  EXPECT_EQ(end.failure->code, Code::kUnavailable);
  EXPECT_EQ(RunningRelease(), 0U);
}

TEST_F(FencedRunner, AWorkerThatComesBackTooLateDoesNotStartItAgain) {
  EXPECT_EQ(Run(Singleton(Deploy(1, 1))).phase, Phase::kRunning);
  clock_.Advance(kAfter);
  Begin();
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 0U);
  heard_.reset();  // as after a boot
  Begin();
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 0U);
}

TEST_F(FencedRunner, AStartThatFailsEndsOnceItsContainersAreStopped) {
  readiness_.FailNext({Code::kDeadlineExceeded, "shop/web", "not healthy"});
  runtime_.Fail("Stop", {Code::kUnavailable, "container engine", "it does not answer"}, 3, "shop");
  ASSERT_TRUE(runner_->Assign(Singleton(Deploy(1, 1))).ok());
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 1U);
  EXPECT_FALSE(HasEnded(1));
  PassAndTick(Millis(1'000));
  EXPECT_FALSE(HasEnded(1));
  ASSERT_TRUE(runner_->Cancel(1, "shop", 1, "").ok());
  Begin();
  executor_->RunAll();
  EXPECT_FALSE(HasEnded(1)) << "a cancellation and a crash change nothing";
  EXPECT_EQ(RunningRelease(), 1U);
  PassAndTick(Millis(1'000));
  EXPECT_EQ(EndOf(1).phase, Phase::kFailed);
  EXPECT_EQ(RunningRelease(), 0U);
  EXPECT_FALSE(Containers().empty()) << "they are kept";
  std::size_t told = 0;
  for (const auto& event : Events(1)) {
    const auto* warning = std::get_if<Warning>(&event.what);
    if (warning != nullptr && warning->text.find("must not run twice") != std::string::npos) ++told;
  }
  EXPECT_EQ(told, 1U);
}

TEST_F(FencedRunner, AStartThatAStopSupersedesIsStoppedThoughTheStopIsTakenBack) {
  ASSERT_TRUE(runner_->Assign(Singleton(Deploy(1, 1))).ok());
  while (RunningRelease() == 0 && executor_->RunOne()) {
  }
  ASSERT_EQ(RunningRelease(), 1U);
  ASSERT_TRUE(runner_->Assign(Singleton(Reach(2, Target::kStopped))).ok());
  runtime_.Fail("Stop", {Code::kUnavailable, "container engine", "it does not answer"}, 1, "shop");
  executor_->RunAll();
  EXPECT_FALSE(HasEnded(1));
  ASSERT_TRUE(runner_->Cancel(1, "shop", 2, "").ok());
  PassAndTick(Millis(1'000));
  EXPECT_EQ(EndOf(1).phase, Phase::kCancelled);
  EXPECT_EQ(EndOf(2).phase, Phase::kCancelled);
  EXPECT_EQ(RunningRelease(), 0U);
}

TEST_F(FencedRunner, ADeleteGoesOnOnceWhatItSupersedesIsStopped) {
  readiness_.FailNext({Code::kDeadlineExceeded, "shop/web", "not healthy"});
  runtime_.Fail("Stop", {Code::kUnavailable, "container engine", "it does not answer"}, 1, "shop");
  ASSERT_TRUE(runner_->Assign(Singleton(Deploy(1, 1))).ok());
  executor_->RunAll();
  ASSERT_TRUE(runner_->Assign(Singleton(Reach(2, Target::kDeleted))).ok());
  EXPECT_FALSE(HasEnded(1));
  PassAndTick(Millis(1'000));
  EXPECT_EQ(EndOf(1).phase, Phase::kFailed);
  EXPECT_EQ(EndOf(2).phase, Phase::kDeleted);
  EXPECT_TRUE(runtime_.is_empty());
}

TEST_F(FencedRunner, AnEpochThatWasSeenWithABeatRefusesOlderOrders) {
  runner_->SawEpoch(5);
  const auto refused = runner_->Assign(Deploy(1, 1));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  Begin();
  EXPECT_FALSE(runner_->Assign(Deploy(1, 1)).ok()) << "it is remembered";
}

}  // namespace
}  // namespace edm::worker
