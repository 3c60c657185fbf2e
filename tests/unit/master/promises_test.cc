#include "master/core/placement/promises.h"

#include <gtest/gtest.h>

#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

struct Promises : testing::Test {
  Promises() {
    cluster.AddWorker("w1");
    cluster.AddInstance("shop");
  }

  void Beat(Load load, Millis after = Millis(1'000)) {
    cluster.now.steady += after;
    cluster.now.wall += after;
    load.sampled_at = cluster.now.wall;
    (void)cluster.Tell(WorkerBeat{"w1", "session-w1", load, {}});
  }
  static Load Busy(double cpu, double lasting) {
    auto load = ClusterFixture::FreeLoad();
    load.cpu = cpu;
    load.cpu_lasting = lasting;
    return load;
  }
  const WorkerRecord& W1() const { return *cluster.state.workers.Find("w1"); }

  ClusterFixture cluster;
};

TEST_F(Promises, TakeTheLastingLoadOfAWorkerWithoutOrdersAsItIs) {
  Beat(Busy(0.9, 0.2));
  EXPECT_DOUBLE_EQ(W1().background, 0.2);
  Beat(Busy(0.9, 0.95));
  EXPECT_DOUBLE_EQ(W1().background, 0.95);
  Beat(Busy(0.6, 0.0));
  EXPECT_DOUBLE_EQ(W1().background, 0.0);
}

TEST_F(Promises, DoNotTakeTheirOwnWorkForLoadOfOthers) {
  Beat(Busy(0.1, 0.1));
  const auto deploy = cluster.DeployToOrder();
  for (int second = 0; second < 10; ++second) Beat(Busy(1, 1));
  EXPECT_LT(W1().background, 0.2);
  EXPECT_GT(W1().background, 0.1) << "endless builds hide nothing for ever";
  (void)cluster.End(deploy, Phase::kRunning, 1);
  Beat(Busy(0.9, 0.9));
  EXPECT_LT(W1().background, 0.2) << "the echo of what has ended";
  Beat(Busy(0.9, 0.9), kOwnWorkEcho);
  EXPECT_DOUBLE_EQ(W1().background, 0.9) << "by now it is somebody else's";
}

TEST_F(Promises, SeeAtOnceThatAWorkerWithOrdersHasBecomeCalm) {
  Beat(Busy(1, 1));
  (void)cluster.DeployToOrder();
  Beat(Busy(1, 1));
  EXPECT_DOUBLE_EQ(W1().background, 1);
  Beat(Busy(0.7, 0.3));
  EXPECT_DOUBLE_EQ(W1().background, 0.3);
}

TEST_F(Promises, FadeWhenWhatTheyStartedRuns) {
  (void)cluster.DeployToRunning();
  EXPECT_TRUE(W1().reservations.empty());
  EXPECT_DOUBLE_EQ(W1().settling, 1);
  Beat(Busy(0.1, 0.1), kSettlingFade);
  EXPECT_NEAR(W1().settling, 0.37, 0.01);
}

TEST_F(Promises, LeaveNothingAfterAStopAFailureOrADelete) {
  const auto failed = cluster.DeployToOrder();
  (void)cluster.End(failed, Phase::kFailed, 0, Error{Code::kInternal, "shop", "broke", {}, ""});
  EXPECT_DOUBLE_EQ(W1().settling, 0);
  (void)cluster.DeployToRunning();
  const auto before = W1().settling;
  for (const auto kind : {OperationKind::kStop, OperationKind::kDelete}) {
    const auto begin = cluster.Asking(kind);
    (void)cluster.Give(begin);
    EXPECT_EQ(W1().reservations.size(), 1U);
    (void)cluster.End(begin.operation, kind == OperationKind::kStop ? Phase::kStopped : Phase::kDeleted);
    (void)cluster.Tell(RepoDeleted{begin.operation, Unit{}});
    EXPECT_TRUE(W1().reservations.empty());
  }
  EXPECT_DOUBLE_EQ(W1().settling, before);
}

TEST_F(Promises, CountANetworkUntilASampleDoes) {
  const auto deploy = cluster.DeployToOrder();
  EXPECT_TRUE(W1().reservations[0].new_network);
  Beat(Busy(0.1, 0.1));
  EXPECT_TRUE(W1().reservations[0].new_network) << "nothing says that it was taken";
  (void)cluster.Event(deploy, 1, Phase::kBuilding);
  EXPECT_TRUE(W1().reservations[0].new_network) << "the last sample is from before";
  Beat(Busy(0.1, 0.1));
  EXPECT_FALSE(W1().reservations[0].new_network);
}

TEST_F(Promises, AreThoseOfTheOpenOrdersAfterAMastersStart) {
  (void)cluster.DeployToOrder();
  auto forgetful = W1();
  forgetful.reservations.clear();
  cluster.state.workers.Put("w1", std::make_shared<const WorkerRecord>(forgetful));
  (void)cluster.Tell(Recovered{});
  ASSERT_EQ(W1().reservations.size(), 1U);
  EXPECT_EQ(W1().reservations[0].memory_mib, kMemoryDefaultMib);
}

// A worker of little memory takes as many as it has memory for; the others wait for those, however long.
TEST_F(Promises, AreWaitedForWhenOnlyTheyStandAgainstIt) {
  auto small = Busy(0.1, 0.1);
  small.memory_available_mib = kMemoryDefaultMib + 10;
  Beat(small);
  const auto first = cluster.DeployToOrder();
  cluster.AddInstance("second");
  const auto second = cluster.DeployToOrder("second");
  EXPECT_TRUE(cluster.Op(second).worker.empty());
  Decision last;
  for (int i = 0; i < 60; ++i) {
    Beat(small);
    last = cluster.Tell(Tick{});
  }
  EXPECT_EQ(cluster.StateOf(second), OperationState::kRunning);
  EXPECT_TRUE(last.changes.empty() && last.notes.empty()) << "what waits is told once";
  const auto& step = cluster.Op(second).operation.steps.at(1);
  EXPECT_EQ(step.name, "place");
  EXPECT_EQ(step.detail, "waits: what is free is promised to orders under way");
  (void)cluster.End(first, Phase::kRunning, 1);
  Beat(small);
  (void)cluster.Tell(Tick{});
  EXPECT_EQ(cluster.Op(second).worker, "w1");
}

}  // namespace
}  // namespace edm::master
