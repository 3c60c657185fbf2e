#include <gtest/gtest.h>

#include "common/model/epoch.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

Observation Seen(std::uint32_t attempt, Phase phase, std::uint32_t release) {
  return {
      .instance = "shop", .attempt = attempt, .phase = phase, .health = Health::kHealthy, .release = release};
}

// `shop` runs release 1 by attempt 1, as its worker has said; a restart is ordered and taken back by a deploy
// whose source then does not come, before the worker has said a word about either.
class Unheard : public testing::Test {
 protected:
  Unheard() {
    cluster.AddWorker("w1");
    cluster.AddInstance("shop");
    (void)cluster.DeployToRunning();
  }

  void Beat(const Observation& seen) {
    (void)cluster.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {seen}});
  }
  void OrderAndTakeBack() {
    const auto restart = cluster.Asking(OperationKind::kRestart);
    ASSERT_TRUE(cluster.Give(restart).reply.ok());
    EXPECT_EQ(Status().phase, Phase::kPlaced);
    EXPECT_EQ(Status().attempt, 2U);
    auto deploy = cluster.Asking(OperationKind::kDeploy);
    deploy.git_url = "https://elsewhere.example/shop";
    ASSERT_TRUE(cluster.Give(deploy).reply.ok());
    (void)cluster.Tell(SourceTaken{deploy.operation, Error{Code::kUnavailable, "git URL", "it is away"}});
    EXPECT_EQ(cluster.StateOf(restart.operation), OperationState::kCancelled);
    EXPECT_EQ(cluster.StateOf(deploy.operation), OperationState::kFailed);
  }
  const InstanceStatus& Status() const { return cluster.Inst().instance.status; }

  ClusterFixture cluster;
};

TEST_F(Unheard, AnOrderThatWasTakenBackLeavesWhatTheWorkerToldLast) {
  Beat(Seen(1, Phase::kRunning, 1));
  OrderAndTakeBack();
  EXPECT_EQ(Status().phase, Phase::kRunning);
  EXPECT_EQ(Status().release, 1U);
}

TEST_F(Unheard, WhatHappensThenIsSeen) {
  Beat(Seen(1, Phase::kRunning, 1));
  OrderAndTakeBack();
  auto ill = Seen(1, Phase::kRunning, 1);
  ill.health = Health::kUnhealthy;
  Beat(ill);
  EXPECT_EQ(Status().health, Health::kUnhealthy);
}

TEST_F(Unheard, AWorkerThatComesLaterTellsWhatItHas) {
  cluster.state.watch.copies = {};
  OrderAndTakeBack();
  cluster.AddWorker("w1", {Seen(1, Phase::kRunning, 1)});
  EXPECT_EQ(Status().phase, Phase::kRunning);
  EXPECT_EQ(Status().attempt, 1U);
}

TEST_F(Unheard, AnOrderThatComesThroughAfterAllIsCancelledAndSeen) {
  Beat(Seen(1, Phase::kRunning, 1));
  OrderAndTakeBack();
  auto under_way = Seen(2, Phase::kStarting, 0);
  const auto decision = cluster.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {under_way}});
  ASSERT_NE(EffectOf<CancelAttempt>(decision), nullptr);
  EXPECT_EQ(EffectOf<CancelAttempt>(decision)->attempt, 2U);
  Beat(Seen(2, Phase::kCancelled, 0));
  EXPECT_EQ(Status().phase, Phase::kCancelled);
  EXPECT_EQ(Status().attempt, 2U);
}

TEST_F(Unheard, NothingIsDoneAlreadyWhileAnOrderMayComeThrough) {
  Beat(Seen(1, Phase::kRunning, 1));
  OrderAndTakeBack();
  const auto start = cluster.Asking(OperationKind::kStart);
  const auto decision = cluster.Give(start);
  ASSERT_NE(EffectOf<SendOrder>(decision), nullptr) << "it keeps the older one out";
  EXPECT_EQ(EffectOf<SendOrder>(decision)->order.attempt, 3U);
  (void)cluster.End(start.operation, Phase::kRunning, 1);
  EXPECT_EQ(EffectOf<SendOrder>(cluster.Give(cluster.Asking(OperationKind::kStart))), nullptr);
}

TEST_F(Unheard, NorDoesItStandStillAlready) {
  Beat(Seen(1, Phase::kStopped, 0));
  OrderAndTakeBack();
  EXPECT_EQ(Status().phase, Phase::kStopped);
  EXPECT_NE(EffectOf<SendOrder>(cluster.Give(cluster.Asking(OperationKind::kStop))), nullptr);
}

TEST_F(Unheard, WhatIsCancelledIsNotSentAgain) {
  Beat(Seen(1, Phase::kRunning, 1));
  const auto restart = cluster.Asking(OperationKind::kRestart);
  ASSERT_NE(EffectOf<SendOrder>(cluster.Give(restart)), nullptr);
  ASSERT_TRUE(cluster.Give(CancelOperation{.id = restart.operation}).reply.ok());
  EXPECT_EQ(EffectOf<SendOrder>(cluster.Tell(Recovered{})), nullptr);
  EXPECT_EQ(cluster.StateOf(restart.operation), OperationState::kRunning) << "it may be on its way";
  cluster.Pass(kCancelWaitMax + Millis(1'000));
  EXPECT_EQ(cluster.StateOf(restart.operation), OperationState::kCancelled);
}

TEST_F(Unheard, WhatWasHeardOfAnAttemptStands) {
  Beat(Seen(1, Phase::kRunning, 1));
  const auto stop = cluster.Asking(OperationKind::kStop);
  (void)cluster.Give(stop);
  (void)cluster.End(stop.operation, Phase::kStopped);
  Beat(Seen(1, Phase::kRunning, 1));  // sent before the stop, and late
  EXPECT_EQ(Status().phase, Phase::kStopped);
}

// Deleted while its worker was away, and made anew in a restored state, which evicts nothing by itself: what
// waited there has a higher number than was shown.
TEST(Anew, WhatItsWorkerTellsOfBeforeIsSeenOnceNobodyWaits) {
  ClusterFixture cluster;
  cluster.state.epoch = kEpochLeap + 1;
  cluster.AddWorker("w1", {Seen(8, Phase::kStopping, 2)});
  cluster.AddInstance("shop");
  const auto deploy = cluster.DeployToOrder();
  ASSERT_EQ(cluster.Op(deploy).attempt, 9U);
  const auto beat = [&](const Observation& seen) {
    (void)cluster.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {seen}});
  };
  beat(Seen(10, Phase::kCancelled, 0));
  EXPECT_EQ(cluster.Inst().instance.status.attempt, 9U) << "that order is on its way";
  beat(Seen(8, Phase::kStopping, 2));
  (void)cluster.Tell(OrderRefused{deploy, 9, Error{Code::kAlreadyExists, "attempt 9", "it had that number"}});
  EXPECT_EQ(cluster.Inst().instance.status.phase, Phase::kRunning);
  beat(Seen(10, Phase::kCancelled, 0));
  EXPECT_EQ(cluster.Inst().instance.status.phase, Phase::kCancelled);
  EXPECT_EQ(cluster.Inst().attempts, 10U);
}

// The end came after the deadline; a worker of the version before tells with what is gone what it told last.
TEST_F(Unheard, WhatIsDeletedRunsNoMore) {
  auto remove = cluster.Asking(OperationKind::kDelete);
  remove.timeout = kTimeoutMin;
  ASSERT_TRUE(cluster.Give(remove).reply.ok());
  (void)cluster.Event(remove.operation, 1, Phase::kPlaced);
  Beat(Seen(2, Phase::kPlaced, 1));
  cluster.Pass(kTimeoutMin + kDeadlineSlack + Millis(500));
  ASSERT_EQ(cluster.StateOf(remove.operation), OperationState::kExpired);
  Beat(Seen(2, Phase::kDeleted, 1));
  EXPECT_EQ(Status().phase, Phase::kDeleted);
}

// Its worker lost sight of every master, and stopped it, before the end of the attempt came through.
TEST_F(Unheard, WhatStoppedByItselfSinceTheEndIsStoppedAndMeantToRun) {
  const auto restart = cluster.Asking(OperationKind::kRestart);
  (void)cluster.Give(restart);
  cluster.AddWorker("w1", {Seen(2, Phase::kStopped, 0)});
  (void)cluster.End(restart.operation, Phase::kCancelled, 1);
  EXPECT_EQ(Status().phase, Phase::kStopped);
  EXPECT_EQ(Status().desired, Target::kRunning);
}

TEST_F(Unheard, WhatIsNowhereIsNotAboutToStart) {
  cluster.AddInstance("blog");
  auto first = cluster.DeployToOrder("blog");
  auto next = cluster.Asking(OperationKind::kDeploy, "blog");
  next.git_url = "https://elsewhere.example/blog";
  (void)cluster.Give(next);
  EXPECT_EQ(cluster.Inst("blog").instance.status.phase, Phase::kCancelled);
}

}  // namespace
}  // namespace edm::master
