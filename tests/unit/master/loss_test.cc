#include "master/core/loss.h"

#include <gtest/gtest.h>

#include "master/core/seat.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

constexpr Millis kUntilLost{3'500};

Observation Running(const std::string& instance, bool keeps_data = false) {
  return {.instance = instance,
          .attempt = 1,
          .phase = Phase::kRunning,
          .health = Health::kHealthy,
          .release = 1,
          .keeps_data = keeps_data};
}

// `shop` runs on w1; others are there, and the master's double grace is over.
struct LossFixture : ClusterFixture {
  explicit LossFixture(int others = 1, bool singleton = false, bool keeps_data = false) {
    AddWorker("w1");
    RunShop(singleton);
    for (int i = 0; i < others; ++i) AddWorker("w" + std::to_string(i + 2));
    Pass(Millis(10'000));
    (void)Tell(WorkerBeat{"w1", "session-w1", FreeLoad(), {Running("shop", keeps_data)}});
  }
  std::string OpenOf(const std::string& instance = "shop") const {
    const auto ids = state.open.OfInstance(instance);
    return ids.empty() ? "" : ids.front();
  }
  const InstanceStatus& Is() const { return Inst().instance.status; }
  bool Lost(const std::string& id) const { return state.workers.Find(id)->state == WorkerState::kLost; }
};

TEST(Loss, PlacesWhatRanElsewhereAtOnce) {
  LossFixture cluster;
  cluster.Pass(kUntilLost, true, {"w1"});
  ASSERT_TRUE(cluster.Lost("w1"));
  EXPECT_EQ(cluster.Is().phase, Phase::kLost);
  const auto move = cluster.OpenOf();
  ASSERT_FALSE(move.empty());
  EXPECT_EQ(cluster.Op(move).operation.kind, OperationKind::kMove);
  EXPECT_EQ(cluster.Op(move).operation.actor, "edm");
  EXPECT_EQ(cluster.Op(move).worker, "w2");
  EXPECT_TRUE(cluster.Op(move).order.build);
  (void)cluster.Event(move, 1, Built{{{"web", "sha256:2"}}, "", {}});
  (void)cluster.End(move, Phase::kRunning, 1);
  EXPECT_EQ(cluster.Is().worker, "w2");
  EXPECT_EQ(cluster.Is().phase, Phase::kRunning);
  EXPECT_FALSE(cluster.Is().failure);
}

TEST(Loss, OfWhatKeepsDataWaitsForItsWorkerOrForSomebody) {
  LossFixture cluster(1, false, true);
  cluster.Pass(Millis(60'000), true, {"w1"});
  EXPECT_EQ(cluster.Is().phase, Phase::kLost);
  EXPECT_EQ(cluster.Is().worker, "w1");
  EXPECT_TRUE(cluster.OpenOf().empty());
  ASSERT_TRUE(cluster.Is().failure);
  EXPECT_NE(cluster.Is().failure->hint.find("edmctl recover shop"), std::string::npos);
  auto recover = cluster.Asking(OperationKind::kMove);
  recover.only_if_lost = recover.give_up_data = true;
  const auto begun = cluster.Give(recover);
  ASSERT_TRUE(begun.reply.ok());
  EXPECT_EQ(EffectOf<SendOrder>(begun)->worker, "w2");
}

TEST(Loss, IsOverWhenTheWorkerIsBackInTime) {
  LossFixture cluster(1, false, true);
  cluster.Pass(kUntilLost, true, {"w1"});
  EXPECT_EQ(cluster.Is().phase, Phase::kLost);
  cluster.AddWorker("w1", {Running("shop", true)});
  EXPECT_EQ(cluster.Is().phase, Phase::kRunning);
  EXPECT_FALSE(cluster.Is().failure);
}

TEST(Loss, OfASingletonWaitsForItsFence) {
  LossFixture cluster(1, true);
  const auto last_beat = cluster.now.steady;
  cluster.Pass(kUntilLost, true, {"w1"});
  ASSERT_TRUE(cluster.Lost("w1"));
  const auto fenced = cluster.state.settings.fence_after + kFenceMargin;
  while (cluster.now.steady - last_beat <= fenced) {
    EXPECT_TRUE(cluster.OpenOf().empty());
    cluster.Pass(Millis(500), true, {"w1"});
  }
  cluster.Pass(Millis(1'000), true, {"w1"});
  ASSERT_FALSE(cluster.OpenOf().empty());
  EXPECT_EQ(cluster.Op(cluster.OpenOf()).worker, "w2");
}

TEST(Loss, OfASingletonCountsFromTheMastersStart) {
  LossFixture cluster(1, true);
  cluster.state.started = cluster.now.steady;
  (void)cluster.Tell(Recovered{});
  EXPECT_FALSE(IsFenced(cluster.state, "w1", cluster.now.steady + Millis(60'000))) << "it is there";
  cluster.Pass(Millis(7'000), true, {"w1"});
  ASSERT_TRUE(cluster.Lost("w1"));
  EXPECT_FALSE(IsFenced(cluster.state, "w1", cluster.now.steady));
  EXPECT_TRUE(IsFenced(cluster.state, "w1", cluster.now.steady + Millis(10'000)));
}

TEST(Loss, OfASingletonWhoseWorkerIsBackStopsItThereFirst) {
  LossFixture cluster(1, true);
  cluster.Pass(kUntilLost, true, {"w1"});
  const auto move = cluster.Asking(OperationKind::kMove);
  (void)cluster.Give(move);
  EXPECT_EQ(cluster.Op(move.operation).plan.stage, Stage::kPlace) << "w1 may still run it";
  cluster.AddWorker("w1", {Running("shop")});
  cluster.Pass(Millis(500));
  EXPECT_EQ(cluster.Op(move.operation).worker, "w1");
  EXPECT_EQ(cluster.Op(move.operation).order.target, Target::kStopped);
}

TEST(Loss, OfASingletonThatItsWorkerStoppedByItselfEndsWithAStart) {
  LossFixture cluster(1, true, true);
  cluster.Pass(kUntilLost, true, {"w1"});
  const Observation stopped{.instance = "shop", .attempt = 1, .phase = Phase::kStopped, .keeps_data = true};
  cluster.AddWorker("w1", {stopped});
  cluster.Pass(Millis(1'000));
  const auto start = cluster.OpenOf();
  ASSERT_FALSE(start.empty());
  EXPECT_EQ(cluster.Op(start).operation.kind, OperationKind::kStart);
  EXPECT_EQ(cluster.Op(start).worker, "w1");
  (void)cluster.End(start, Phase::kRunning, 1);
  EXPECT_EQ(cluster.Is().phase, Phase::kRunning);
}

TEST(Loss, OfASingletonThatPeopleDoNotWantAnyMoreEndsWithoutAStart) {
  LossFixture cluster(1, true);
  cluster.Pass(kUntilLost, true, {"w1"});
  const Observation stopped{.instance = "shop", .attempt = 1, .phase = Phase::kStopped};
  (void)cluster.Tell(
      WorkerRegistered{cluster.state.workers.Find("w1")->facts, kProtocolNewest, "again", {stopped}});
  (void)cluster.Give(cluster.Asking(OperationKind::kStop));
  cluster.Pass(Millis(2'000));
  EXPECT_TRUE(cluster.OpenOf().empty());
}

TEST(Loss, OfWhatPeopleStoppedStaysStopped) {
  LossFixture cluster;
  const auto stop = cluster.Asking(OperationKind::kStop);
  (void)cluster.Give(stop);
  (void)cluster.End(stop.operation, Phase::kStopped);
  cluster.Pass(Millis(10'000), true, {"w1"});
  cluster.AddWorker("w1", {{.instance = "shop", .attempt = 2, .phase = Phase::kStopped}});
  cluster.Pass(Millis(2'000));
  EXPECT_TRUE(cluster.OpenOf().empty());
  EXPECT_EQ(cluster.Is().phase, Phase::kStopped);
}

TEST(Loss, OfASingletonThatDidNotArriveIsTriedAgain) {
  LossFixture cluster(2, true);
  cluster.Pass(Millis(20'000), true, {"w1"});
  const auto first = cluster.OpenOf();
  ASSERT_FALSE(first.empty());
  const auto there = cluster.Op(first).worker;
  (void)cluster.End(first, Phase::kFailed, 0, Error{Code::kInternal, "shop", "crashes", {}, "mend it"});
  EXPECT_EQ(cluster.Is().worker, there);
  cluster.Pass(kUnrest.first + Millis(1'000), true, {"w1"});
  const auto second = cluster.OpenOf();
  ASSERT_FALSE(second.empty());
  EXPECT_EQ(cluster.Op(second).plan.until, Until::kRunning);
}

TEST(Loss, IsOverEvenForAnAttemptThatNeverReachedTheWorker) {
  LossFixture cluster(0, false, true);
  const auto restart = cluster.Asking(OperationKind::kRestart);
  (void)cluster.Give(restart);
  cluster.Pass(kUntilLost + kLostPatience + Millis(1'000), true, {"w1"});
  EXPECT_EQ(cluster.StateOf(restart.operation), OperationState::kFailed);
  EXPECT_EQ(cluster.Is().phase, Phase::kLost);
  cluster.AddWorker("w1", {Running("shop", true)});
  EXPECT_EQ(cluster.Is().phase, Phase::kRunning);
  auto ill = Running("shop", true);
  ill.health = Health::kUnhealthy;
  (void)cluster.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {ill}});
  EXPECT_EQ(cluster.Is().health, Health::kUnhealthy);
}

TEST(Loss, IsNotSaidOfWorkersWhoseMasterStoodStill) {
  LossFixture cluster;
  cluster.now.steady += Millis(5'000);
  (void)cluster.Tell(Tick{});
  EXPECT_FALSE(cluster.Lost("w1"));
  cluster.Pass(kUntilLost, true, {"w1"});
  EXPECT_TRUE(cluster.Lost("w1"));
}

TEST(Loss, OfOneOfTwoIsNoPartition) {
  LossFixture cluster(1);
  cluster.Pass(kUntilLost + Millis(500), true, {"w1"});
  EXPECT_FALSE(cluster.OpenOf().empty());
}

TEST(Loss, OfManyAtOnceStopsUntilTheyAreBackOrSomebodySaysSo) {
  for (const bool resumed : {true, false}) {
    LossFixture cluster(2);
    cluster.Pass(Millis(30'000), true, {"w1", "w2"});
    ASSERT_TRUE(cluster.Lost("w1") && cluster.Lost("w2"));
    EXPECT_TRUE(cluster.OpenOf().empty());
    EXPECT_EQ(cluster.state.watch.vanished, (std::set<std::string>{"w1", "w2"}));
    if (resumed) {
      (void)cluster.Give(ResumeMoves{});
    } else {
      cluster.AddWorker("w2");
    }
    cluster.Pass(Millis(1'000), true, {"w1"});
    EXPECT_FALSE(cluster.OpenOf().empty()) << resumed;
  }
}

TEST(Loss, OfOneAfterTheOtherIsNoPartition) {
  LossFixture cluster(2);
  cluster.Pass(kUntilLost + kAtOnce, true, {"w2"});
  cluster.Pass(kUntilLost + Millis(500), true, {"w1", "w2"});
  EXPECT_FALSE(cluster.OpenOf().empty());
}

TEST(Loss, CarriesADeployOnElsewhere) {
  LossFixture cluster;
  const auto deploy = cluster.DeployToOrder();
  ASSERT_EQ(cluster.Op(deploy).worker, "w1");
  cluster.Pass(kUntilLost, true, {"w1"});
  EXPECT_EQ(cluster.StateOf(deploy), OperationState::kRunning);
  EXPECT_EQ(cluster.Op(deploy).worker, "w2");
  EXPECT_EQ(cluster.Is().worker, "w2");
  EXPECT_FALSE(cluster.Op(deploy).operation.warnings.empty());
}

TEST(Loss, OfManyAtOnceCarriesNothingOn) {
  LossFixture cluster(2);
  const auto deploy = cluster.DeployToOrder();
  cluster.Pass(kUntilLost + Millis(1'000), true, {"w1", "w2"});
  EXPECT_EQ(cluster.Op(deploy).worker, "w1");
}

TEST(Loss, LetsADeleteEndWithoutTheWorker) {
  LossFixture cluster;
  const auto gone = cluster.Asking(OperationKind::kDelete);
  (void)cluster.Give(gone);
  cluster.Pass(kUntilLost, true, {"w1"});
  EXPECT_EQ(cluster.Op(gone.operation).plan.stage, Stage::kFinish);
  (void)cluster.Tell(RepoDeleted{gone.operation, Ok()});
  EXPECT_EQ(cluster.StateOf(gone.operation), OperationState::kDone);
  // What is there goes when it is back.
  cluster.AddWorker("w1", {Running("shop")});
  cluster.Pass(cluster.state.settings.evict_after + Millis(500));
  EXPECT_NE(cluster.state.watch.copies.Find("w1", "shop")->evicting, 0U);
}

TEST(Loss, MovesAreLimitedInNumber) {
  LossFixture cluster;
  cluster.state.settings.moves_at_once = 2;
  for (const auto* id : {"a", "b", "c", "d"}) {
    cluster.AddInstance(id);
    auto closed = ChangeWorker{{}, "w2", Availability::kClosed, {}, {}, {}};
    (void)cluster.Give(closed);
    (void)cluster.DeployToRunning(id);
  }
  (void)cluster.Give(ChangeWorker{{}, "w2", Availability::kActive, {}, {}, {}});
  cluster.Pass(kUntilLost + Millis(2'000), true, {"w1"});
  EXPECT_EQ(cluster.state.open.size(), 2U);
}

TEST(Loss, WhatDoesNotComeToRestWaitsLongerEachTime) {
  LossFixture cluster;
  cluster.Pass(kUntilLost, true, {"w1"});
  std::vector<Millis> pauses;
  for (int i = 0; i < 4; ++i) {
    const auto move = cluster.OpenOf();
    ASSERT_FALSE(move.empty());
    (void)cluster.End(move, Phase::kFailed, 0, Error{Code::kInternal, "shop", "crashes", {}, "mend it"});
    EXPECT_EQ(cluster.Is().phase, Phase::kLost);
    EXPECT_EQ(cluster.Is().failure->cause, "crashes");
    const auto since = cluster.now.steady;
    while (cluster.OpenOf().empty() && cluster.now.steady - since < Millis(600'000))
      cluster.Pass(Millis(500), true, {"w1"});
    pauses.push_back(std::chrono::duration_cast<Millis>(cluster.now.steady - since));
  }
  for (std::size_t i = 1; i < pauses.size(); ++i) EXPECT_GT(pauses[i], pauses[i - 1]) << i;
  EXPECT_GE(pauses[0], kUnrest.first);
}

TEST(Loss, OfAFlappingWorkerDoesNotBringInstancesBackToIt) {
  LossFixture cluster(2);
  for (int i = 0; i < 4; ++i) {
    cluster.Pass(kUntilLost, true, {"w3"});
    ASSERT_TRUE(cluster.Lost("w3"));
    cluster.AddWorker("w3");
  }
  EXPECT_GE(cluster.state.workers.Find("w3")->flaps, 3U);
  cluster.Pass(Millis(3'000));
  (void)cluster.Tell(WorkerBeat{"w2",
                                "session-w2",
                                {.cpu = 0.9,
                                 .cpu_lasting = 0.9,
                                 .memory_total_mib = 64'000,
                                 .memory_available_mib = 60'000,
                                 .disk_total_mib = 100'000,
                                 .disk_free_mib = 90'000,
                                 .networks_free = 100},
                                {}});
  const auto begun = cluster.Give(cluster.Asking(OperationKind::kMove));
  EXPECT_EQ(EffectOf<SendOrder>(begun)->worker, "w2") << "busier, but steady";
}

TEST(Drain, MovesAFewAtATimeAndSaysWhenItIsDone) {
  LossFixture cluster;
  (void)cluster.Give(ChangeWorker{{}, "w2", Availability::kClosed, {}, {}, {}});
  for (const auto* id : {"a", "b", "c", "d"}) {
    cluster.AddInstance(id);
    (void)cluster.DeployToRunning(id);
  }
  (void)cluster.Give(ChangeWorker{{}, "w2", Availability::kActive, {}, {}, {}});
  (void)cluster.Give(ChangeWorker{{}, "w1", Availability::kEmptying, {}, {}, {}});
  cluster.Pass(Millis(500));
  EXPECT_EQ(cluster.state.open.size(), kDrainAtOnceMax);
  for (int rounds = 0; rounds < 10; ++rounds) {
    for (const auto& id : cluster.state.open.ids()) (void)cluster.End(id, Phase::kRunning, 1);
    cluster.Pass(Millis(500));
  }
  for (const auto& [id, instance] : cluster.state.instances.all())
    EXPECT_EQ(instance->instance.status.worker, "w2") << id;
  EXPECT_TRUE(cluster.state.watch.drained.contains("w1"));
  EXPECT_EQ(cluster.state.open.size(), 0U);
}

TEST(Drain, LeavesWhatKeepsData) {
  LossFixture cluster(1, false, true);
  (void)cluster.Give(ChangeWorker{{}, "w1", Availability::kEmptying, {}, {}, {}});
  cluster.Pass(Millis(5'000));
  EXPECT_TRUE(cluster.OpenOf().empty());
  EXPECT_EQ(cluster.Is().worker, "w1");
  EXPECT_EQ(cluster.Is().phase, Phase::kRunning);
}

TEST(Workers, AreChangedOnlyFromTheRevisionThatIsThere) {
  LossFixture cluster;
  const auto revision = cluster.state.workers.Find("w1")->revision;
  EXPECT_EQ(
      cluster.Give(ChangeWorker{{}, "w1", Availability::kClosed, {}, {}, revision + 1}).reply.error().code,
      Code::kAborted);
  EXPECT_TRUE(cluster.Give(ChangeWorker{{}, "w1", Availability::kClosed, {}, {}, revision}).reply.ok());
  EXPECT_EQ(cluster.state.workers.Find("w1")->revision, revision + 1);
  EXPECT_EQ(cluster.Give(ChangeWorker{{}, "w9", {}, {}, {}, {}}).reply.error().code, Code::kNotFound);
}

TEST(Workers, KeepCordonAndGivenLabelsWhenTheyAreLostAndBack) {
  LossFixture cluster;
  (void)cluster.Give(ChangeWorker{{}, "w1", Availability::kClosed, {{"zone", "a"}}, {}, {}});
  cluster.Pass(kUntilLost, true, {"w1"});
  cluster.AddWorker("w1");
  const auto back = cluster.state.workers.Find("w1");
  EXPECT_EQ(back->availability, Availability::kClosed);
  EXPECT_EQ(back->facts.labels.at("zone"), "a");
  (void)cluster.Give(ChangeWorker{{}, "w1", {}, {}, {"zone"}, {}});
  EXPECT_FALSE(cluster.state.workers.Find("w1")->facts.labels.contains("zone"));
}

TEST(Workers, AreRemovedWhenTheyHoldNothingThatWouldBeMissed) {
  LossFixture cluster(1, false, true);
  EXPECT_EQ(cluster.Give(RemoveWorker{{}, "w1", false}).reply.error().code, Code::kFailedPrecondition);
  EXPECT_TRUE(cluster.Give(RemoveWorker{{}, "w2", false}).reply.ok());
  EXPECT_EQ(cluster.state.workers.Find("w2"), nullptr);
  cluster.Pass(kUntilLost, true, {"w1"});
  const auto refused = cluster.Give(RemoveWorker{{}, "w1", false});
  EXPECT_NE(refused.reply.error().hint.find("recover"), std::string::npos);
  EXPECT_TRUE(cluster.Give(RemoveWorker{{}, "w1", true}).reply.ok());
  EXPECT_EQ(cluster.Is().phase, Phase::kLost);
}

TEST(Workers, ThatAreTakenAwayByForceCountAsLostForWhatTheyRan) {
  LossFixture cluster(1, true);
  EXPECT_TRUE(cluster.Give(RemoveWorker{{}, "w1", true}).reply.ok());
  EXPECT_EQ(cluster.Is().phase, Phase::kLost);
  cluster.Pass(cluster.state.settings.fence_after + kFenceMargin - Millis(500));
  EXPECT_TRUE(cluster.OpenOf().empty()) << "it may run there until its fence closes";
  cluster.Pass(Millis(1'500));
  EXPECT_FALSE(cluster.OpenOf().empty());
}

}  // namespace
}  // namespace edm::master
