#include <algorithm>

#include "tests/unit/worker/runner_fixture.h"

namespace edm::worker {
namespace {

// A worker is killed at one point of an order, started again, and given what its master gives again.
class Crash : public RunnerFixture {
 protected:
  // After so many effects. False when the order had ended before.
  bool KillAfterEffects(const Order& order, int effects) {
    EXPECT_TRUE(runner_->Assign(order).ok());
    for (int i = 0; i < effects; ++i) {
      if (!executor_->RunOne()) return false;
    }
    return !HasEnded(order.attempt);
  }

  // In the middle of an effect: what it did is done, and journal and history know nothing of what follows.
  bool KillAfterWrites(const Order& order, int writes) {
    EXPECT_TRUE(runner_->Assign(order).ok());
    journal_.DieAfter(writes, [this] { events_.Take(false); });
    while (!journal_.is_dead() && executor_->RunOne()) {
    }
    const bool died = journal_.is_dead();
    if (died) executor_->RunOne();
    journal_.Revive();
    events_.Take(true);
    return died;
  }

  AttemptEnd Again(const Order& order) {
    Begin();
    EXPECT_TRUE(runner_->Assign(order).ok());
    executor_->RunAll();
    return EndOf(order.attempt);
  }

  void ExpectNothingLeft(std::uint32_t attempt) {
    Run(Reach(attempt, Target::kDeleted));
    runner_->EndWasDelivered("shop", attempt);
    EXPECT_TRUE(runtime_.is_empty());
    EXPECT_TRUE(directory_.holders().empty());
    EXPECT_TRUE(directory_.published().empty());
    EXPECT_TRUE(sources_.mirrors().empty());
    EXPECT_TRUE(files_.is_empty());
    EXPECT_TRUE(addresses_.is_empty());
    EXPECT_TRUE(journal_.is_empty());
  }

  // Kills at every point in both ways; `check` sees the end of the order and the machine afterwards.
  template <class Check>
  void EverywhereIn(const std::function<Order(std::uint32_t attempt)>& order, Check check) {
    std::uint32_t attempt = 1;
    int points = 0;
    for (const bool in_effect : {false, true}) {
      for (int point = 0;; ++point) {
        SCOPED_TRACE((in_effect ? "after writes: " : "after effects: ") + std::to_string(point));
        Run(Deploy(attempt, 1));
        ++attempt;
        const auto given = order(attempt++);
        Arrange(given);
        const bool killed = in_effect ? KillAfterWrites(given, point) : KillAfterEffects(given, point);
        if (!killed) executor_->RunAll();
        check(killed ? Again(given) : EndOf(given.attempt));
        ExpectNothingLeft(attempt++);
        if (!killed) break;
        ++points;
      }
    }
    EXPECT_GE(points, 4);
  }

  virtual void Arrange(const Order&) {}
};

TEST_F(Crash, ADeployGoesOnWhereverItWasKilled) {
  EverywhereIn([this](std::uint32_t attempt) { return Deploy(attempt, 2, 1); },
               [this](const AttemptEnd& end) {
                 EXPECT_EQ(end.phase, Phase::kRunning);
                 EXPECT_EQ(RunningRelease(), 2u);
                 EXPECT_EQ(directory_.published().at("shop").endpoints, end.endpoints);
               });
}

TEST_F(Crash, AStopGoesOnWhereverItWasKilled) {
  EverywhereIn([this](std::uint32_t attempt) { return Reach(attempt, Target::kStopped); },
               [this](const AttemptEnd& end) {
                 EXPECT_EQ(end.phase, Phase::kStopped);
                 EXPECT_EQ(RunningRelease(), 0u);
                 EXPECT_EQ(Containers().size(), 2u);
               });
}

TEST_F(Crash, ADeleteGoesOnWhereverItWasKilled) {
  EverywhereIn([this](std::uint32_t attempt) { return Reach(attempt, Target::kDeleted); },
               [this](const AttemptEnd& end) {
                 EXPECT_EQ(end.phase, Phase::kDeleted);
                 EXPECT_TRUE(runtime_.is_empty());
                 EXPECT_TRUE(addresses_.is_empty());
               });
}

TEST_F(Crash, ARestartGoesOnWhereverItWasKilled) {
  EverywhereIn(
      [this](std::uint32_t attempt) {
        auto order = Reach(attempt, Target::kRunning, 1);
        order.restart = true;
        return order;
      },
      [this](const AttemptEnd& end) {
        EXPECT_EQ(end.phase, Phase::kRunning);
        EXPECT_EQ(RunningRelease(), 1u);
      });
}

TEST_F(Crash, OfTheWholeMachineDuringABuildEndsWithWhatRanBefore) {
  Run(Deploy(1, 1));
  auto build = Deploy(2, 2, 1);
  build.target = Target::kBuilt;
  ASSERT_TRUE(KillAfterEffects(build, 2));
  for (const auto* service : {"web", "db"}) runtime_.Kill("shop", service, 255);
  EXPECT_EQ(RunningRelease(), 0u);
  EXPECT_EQ(Again(build).phase, Phase::kBuilt);
  EXPECT_EQ(RunningRelease(), 1u);
}

TEST_F(Crash, OfTheWholeMachineLeavesASingletonStoppedWhileNoMasterIsHeard) {
  auto first = Deploy(1, 1);
  first.singleton = true;
  Run(first);
  auto build = Deploy(2, 2, 1);
  build.target = Target::kBuilt;
  build.singleton = true;
  ASSERT_TRUE(KillAfterEffects(build, 2));
  for (const auto* service : {"web", "db"}) runtime_.Kill("shop", service, 255);
  heard_.reset();
  EXPECT_EQ(Again(build).phase, Phase::kBuilt);
  EXPECT_EQ(RunningRelease(), 0u);
}

// What was not on the disk yet is gone; the journal's lines are.
TEST_F(Crash, OfTheWholeMachineTakesNoEndAway) {
  const auto order = Deploy(1, 1);
  const auto end = Run(order);
  events_.Drop({"shop", 1});
  Begin();
  EXPECT_TRUE(runner_->Assign(order).ok());
  EXPECT_EQ(EndOf(1).phase, end.phase);
  EXPECT_TRUE(runner_->Assign(order).ok());
  EXPECT_EQ(Events(1).size(), 1u) << "once is enough";
}

bool TellsOfImages(const AttemptEvent& event) { return std::holds_alternative<Built>(event.what); }

// Whoever was told of a release may roll back to it.
TEST_F(Crash, WhatIsCancelledAfterwardsKeepsTheImagesThatWereToldOf) {
  int told = 0;
  std::uint32_t attempt = 1;
  for (int writes = 0;; ++writes, attempt += 2) {
    SCOPED_TRACE(writes);
    if (!KillAfterWrites(Deploy(attempt, 1), writes)) break;
    Begin();
    EXPECT_TRUE(runner_->Cancel(1, "shop", attempt, "asked by ann").ok());
    executor_->RunAll();
    if (std::ranges::any_of(Events(attempt), TellsOfImages)) {
      ++told;
      EXPECT_EQ(runtime_.Everything()->images.size(), 1U);
    }
    ExpectNothingLeft(attempt + 1);
  }
  EXPECT_GE(told, 3);
}

class CrashOfAFailure : public Crash {
 protected:
  void Arrange(const Order& order) override {
    runtime_.Fail("Build", {Code::kFailedPrecondition, "shop/web", "it is broken"}, 1,
                  "edm/shop/web:r" + std::to_string(order.release));
  }
};

TEST_F(CrashOfAFailure, EndsWithTheOldReleaseRunningAndNothingOfTheNewOne) {
  EverywhereIn([this](std::uint32_t attempt) { return Deploy(attempt, 2, 1); },
               [this](const AttemptEnd& end) {
                 // Killed before the journal knew of the failure it builds again, which then succeeds.
                 const auto expected = end.phase == Phase::kRunning ? 2u : 1u;
                 EXPECT_EQ(RunningRelease(), expected);
                 EXPECT_EQ(runtime_.Everything()->images.size(), expected);
               });
}

class CrashOfATrial : public Crash {
 protected:
  void Arrange(const Order&) override {
    readiness_.FailNext({Code::kFailedPrecondition, "shop_trial/web", "it is broken"});
  }
};

TEST_F(CrashOfATrial, EndsWithTheOldReleaseUntouched) {
  EverywhereIn([this](std::uint32_t attempt) { return Deploy(attempt, 2, 1); },
               [this](const AttemptEnd& end) {
                 // Killed before the journal knew of the failure it tries again, and then succeeds.
                 const bool succeeded = end.phase == Phase::kRunning;
                 EXPECT_EQ(RunningRelease(), succeeded ? 2u : 1u);
                 EXPECT_EQ(end.running_release, RunningRelease());
                 EXPECT_EQ(end.restored_release, succeeded ? 0u : 1u);
                 EXPECT_EQ(Tried().empty(), succeeded);
               });
}

class CrashOfARestore : public Crash {
 protected:
  void Arrange(const Order& order) override {
    runtime_.Fail("Up", {Code::kFailedPrecondition, "shop/web", "it is broken"}, 1, order.instance);
  }
};

TEST_F(CrashOfARestore, EndsWithOneReleaseRunning) {
  EverywhereIn([this](std::uint32_t attempt) { return Deploy(attempt, 2, 1); },
               [this](const AttemptEnd& end) {
                 EXPECT_EQ(RunningRelease(), end.running_release);
                 EXPECT_NE(RunningRelease(), 0u);
                 EXPECT_EQ(end.phase == Phase::kFailed, end.restored_release == 1u);
               });
}

TEST_F(Crash, AWaitingOrderIsCarriedOutAfterwards) {
  for (int effects = 0; effects < 8; ++effects) {
    SCOPED_TRACE(effects);
    const auto attempt = static_cast<std::uint32_t>(effects * 3 + 1);
    ASSERT_TRUE(runner_->Assign(Deploy(attempt, 1)).ok());
    for (int i = 0; i < effects; ++i) executor_->RunOne();
    ASSERT_TRUE(runner_->Assign(Deploy(attempt + 1, 2)).ok());
    Begin();
    executor_->RunAll();
    EXPECT_EQ(EndOf(attempt).phase, Phase::kCancelled);
    EXPECT_EQ(EndOf(attempt + 1).phase, Phase::kRunning);
    EXPECT_EQ(RunningRelease(), 2u);
    ExpectNothingLeft(attempt + 2);
  }
}

TEST_F(Crash, AStoppingWorkerBreaksOffAndGoesOnLater) {
  for (int effects = 0; effects < 9; ++effects) {
    SCOPED_TRACE(effects);
    const auto attempt = static_cast<std::uint32_t>(effects * 2 + 1);
    ASSERT_TRUE(runner_->Assign(Deploy(attempt, 1)).ok());
    for (int i = 0; i < effects; ++i) executor_->RunOne();
    runner_->Stop();
    EXPECT_EQ(runner_->Assign(Deploy(attempt + 1, 2)).error().code, Code::kUnavailable);
    executor_->RunAll();
    EXPECT_FALSE(HasEnded(attempt));
    Begin();
    executor_->RunAll();
    EXPECT_EQ(EndOf(attempt).phase, Phase::kRunning);
    ExpectNothingLeft(attempt + 1);
  }
}

}  // namespace
}  // namespace edm::worker
