#include <gtest/gtest.h>

#include "master/core/releases.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

TEST(Leg, FollowsItsTable) {
  struct Row {
    Leg leg;
    bool reached, stopped;
    Leg next;
  };
  for (const auto& row : {
           Row{Leg::kLeave, true, false, Leg::kArrive},
           Row{Leg::kLeave, true, true, Leg::kArrive},
           Row{Leg::kLeave, false, false, Leg::kNone},
           Row{Leg::kLeave, false, true, Leg::kNone},
           Row{Leg::kArrive, true, false, Leg::kNone},
           Row{Leg::kArrive, true, true, Leg::kNone},
           Row{Leg::kArrive, false, false, Leg::kNone},
           Row{Leg::kArrive, false, true, Leg::kReturn},
           Row{Leg::kReturn, true, false, Leg::kNone},
           Row{Leg::kReturn, true, true, Leg::kNone},
           Row{Leg::kReturn, false, false, Leg::kNone},
           Row{Leg::kReturn, false, true, Leg::kNone},
           Row{Leg::kNone, true, false, Leg::kNone},
           Row{Leg::kNone, false, true, Leg::kNone},
       }) {
    EXPECT_EQ(LegAfter(row.leg, row.reached, row.stopped), row.next)
        << static_cast<int>(row.leg) << row.reached << row.stopped;
  }
}

// `shop` runs on w1, and w2 is there as well.
struct MovesFixture : ClusterFixture {
  explicit MovesFixture(bool singleton = false) {
    AddWorker("w1");
    RunShop(singleton);
    AddWorker("w2");
  }

  Begin Moving(const std::string& to = "") {
    auto begin = Asking(OperationKind::kMove);
    begin.to = to;
    return begin;
  }
  const InstanceStatus& Is() const { return Inst().instance.status; }
};

// Whoever was ordered to start a singleton may do so: it is stopped there first.
TEST(Move, OfASingletonThatMayBeStartingStopsItFirst) {
  MovesFixture cluster(true);
  const auto restart = cluster.Give(cluster.Asking(OperationKind::kRestart));
  ASSERT_NE(EffectOf<SendOrder>(restart), nullptr);
  const auto begun = cluster.Give(cluster.Moving());
  const auto* send = EffectOf<SendOrder>(begun);
  ASSERT_NE(send, nullptr);
  EXPECT_EQ(send->worker, "w1");
  EXPECT_EQ(send->order.target, Target::kStopped);
}

// A build that nobody heard of leaves what runs: a worker that was away when the move was asked for, and is
// back, is left first.
TEST(Move, OfASingletonStopsItWhereItRanBesideABuildThatNobodyHeardOf) {
  MovesFixture cluster(true);
  auto build = cluster.Asking(OperationKind::kBuild);
  build.source = ClusterFixture::Uploaded(std::string(40, 'b'));
  (void)cluster.Give(build);
  EXPECT_EQ(cluster.Is().phase, Phase::kPlaced);
  EXPECT_EQ(cluster.Is().desired, Target::kRunning);
  cluster.Pass(Millis(8'000), true, {"w1"});
  const auto move = cluster.Moving();
  (void)cluster.Give(move);
  EXPECT_EQ(cluster.Op(move.operation).plan.stage, Stage::kPlace) << "w1 may run it still";
  cluster.AddWorker("w1");
  cluster.Pass(Millis(500));
  EXPECT_EQ(cluster.Op(move.operation).worker, "w1");
  EXPECT_EQ(cluster.Op(move.operation).order.target, Target::kStopped);
  const auto stopped = cluster.End(move.operation, Phase::kStopped);
  const auto* start = EffectOf<SendOrder>(stopped);
  ASSERT_NE(start, nullptr);
  EXPECT_EQ(start->worker, "w2");
  EXPECT_EQ(start->order.target, Target::kRunning) << "it is to run there as it did before";
}

TEST(Move, OfWhatIsBeingDeployedStartsItThere) {
  MovesFixture cluster;
  (void)cluster.DeployToOrder();
  const auto begun = cluster.Give(cluster.Moving());
  const auto* send = EffectOf<SendOrder>(begun);
  ASSERT_NE(send, nullptr);
  EXPECT_EQ(send->worker, "w2");
  EXPECT_EQ(send->order.target, Target::kRunning);
}

TEST(Singleton, StaysWhereItMayBeStartingThoughNothingWasHeardOfIt) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  CreateInstance create;
  create.instance.id = create.instance.project = "shop";
  create.instance.owner = "default";
  create.instance.spec.requirements.singleton = true;
  (void)cluster.Give(create);
  const auto first = cluster.DeployToOrder();
  EXPECT_EQ(cluster.Op(first).worker, "w1");
  auto busy = ClusterFixture::FreeLoad();
  busy.cpu = busy.cpu_lasting = 0.9;
  cluster.AddWorker("w2");
  (void)cluster.Tell(WorkerBeat{"w1", "session-w1", busy, {}});
  EXPECT_EQ(cluster.Op(cluster.DeployToOrder()).worker, "w1");
}

TEST(Singleton, IsDeletedOnlyOnceItsSilentWorkerHasSurelyStoppedIt) {
  MovesFixture cluster(true);
  cluster.Pass(Millis(8'000), true, {"w1"});
  const auto gone = cluster.Asking(OperationKind::kDelete);
  (void)cluster.Give(gone);
  EXPECT_EQ(cluster.Op(gone.operation).plan.stage, Stage::kPlace);
  cluster.Pass(Millis(20'000), true, {"w1"});
  EXPECT_EQ(cluster.Op(gone.operation).plan.stage, Stage::kFinish);
}

TEST(Singleton, WhoseWorkerFallsSilentDuringItsDeleteIsWaitedForLikewise) {
  MovesFixture cluster(true);
  const auto gone = cluster.Asking(OperationKind::kDelete);
  (void)cluster.Give(gone);
  cluster.Pass(Millis(8'000), true, {"w1"});
  EXPECT_EQ(cluster.state.workers.Find("w1")->state, WorkerState::kLost);
  EXPECT_EQ(cluster.Op(gone.operation).plan.stage, Stage::kAttempt);
  cluster.Pass(Millis(20'000), true, {"w1"});
  EXPECT_EQ(cluster.Op(gone.operation).plan.stage, Stage::kFinish);
}

TEST(Move, ChangesNothingUntilTheNewCopyServes) {
  MovesFixture cluster;
  const auto move = cluster.Moving();
  const auto begun = cluster.Give(move);
  ASSERT_TRUE(begun.reply.ok()) << ToString(begun.reply.error());
  const auto* send = EffectOf<SendOrder>(begun);
  ASSERT_NE(send, nullptr);
  EXPECT_EQ(send->worker, "w2");
  EXPECT_EQ(send->order.target, Target::kRunning);
  EXPECT_TRUE(send->order.build);
  EXPECT_TRUE(send->order.leave_address);
  EXPECT_EQ(send->order.release, 1U);
  EXPECT_EQ(send->order.attempt, 2U);
  EXPECT_EQ(send->commit, std::string(40, 'a'));
  (void)cluster.Event(move.operation, 1, Phase::kBuilding);
  (void)cluster.Event(move.operation, 2, Built{{{"web", "sha256:2"}}, "", {}});
  EXPECT_EQ(cluster.Is().worker, "w1");
  EXPECT_EQ(cluster.Is().phase, Phase::kRunning);
  EXPECT_EQ(cluster.Is().address, "w1.example");
  EXPECT_EQ(cluster.state.releases.Find(ReleaseKey("shop", 1))->worker, "w1");
  const auto ended = cluster.End(move.operation, Phase::kRunning, 1);
  EXPECT_EQ(cluster.StateOf(move.operation), OperationState::kDone);
  EXPECT_EQ(cluster.Is().worker, "w2");
  EXPECT_EQ(cluster.Is().attempt, 2U);
  EXPECT_EQ(cluster.Is().address, "w2.example");
  const auto release = cluster.state.releases.Find(ReleaseKey("shop", 1));
  EXPECT_EQ(release->worker, "w2");
  EXPECT_EQ(release->images.front().id, "sha256:2");
  bool address = false;
  for (const auto& change : ended.changes) {
    const auto* put = std::get_if<StoredAddress>(&change);
    address |= put != nullptr && put->instance == "shop" && put->address == "w2.example";
  }
  EXPECT_TRUE(address) << "the address moves in the same transaction";
}

TEST(Move, ThatFailsLeavesWhatRunsAndStillHearsOfIt) {
  MovesFixture cluster;
  const auto move = cluster.Moving();
  (void)cluster.Give(move);
  (void)cluster.End(move.operation, Phase::kFailed, 0, Error{Code::kInternal, "shop", "broken", {}, "mend"});
  EXPECT_EQ(cluster.StateOf(move.operation), OperationState::kFailed);
  EXPECT_EQ(cluster.Is().worker, "w1");
  EXPECT_EQ(cluster.Is().phase, Phase::kRunning);
  const Observation seen{
      .instance = "shop", .attempt = 1, .phase = Phase::kRunning, .health = Health::kUnhealthy, .release = 1};
  (void)cluster.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {seen}});
  EXPECT_EQ(cluster.Is().health, Health::kUnhealthy);
}

TEST(Move, OfWhatKeepsDataNeedsConsent) {
  MovesFixture cluster;
  const Observation seen{.instance = "shop",
                         .attempt = 1,
                         .phase = Phase::kRunning,
                         .health = Health::kHealthy,
                         .release = 1,
                         .keeps_data = true};
  (void)cluster.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {seen}});
  auto move = cluster.Moving();
  const auto refused = cluster.Give(move);
  ASSERT_FALSE(refused.reply.ok());
  EXPECT_NE(refused.reply.error().hint.find("--give-up-data"), std::string::npos);
  move.give_up_data = true;
  EXPECT_TRUE(cluster.Give(move).reply.ok());
}

TEST(Move, IsRefusedWhereItMakesNoSense) {
  MovesFixture cluster;
  cluster.AddInstance("new");
  EXPECT_EQ(cluster.Give(cluster.Asking(OperationKind::kMove, "new")).reply.error().code,
            Code::kFailedPrecondition);
  EXPECT_EQ(cluster.Give(cluster.Moving("nowhere")).reply.error().code, Code::kNotFound);
  auto recover = cluster.Moving();
  recover.only_if_lost = true;
  EXPECT_EQ(cluster.Give(recover).reply.error().code, Code::kFailedPrecondition);
  const auto there = cluster.Moving("w1");
  (void)cluster.Give(there);
  EXPECT_EQ(cluster.StateOf(there.operation), OperationState::kDone);
  auto shared = *cluster.state.workers.Find("w2");
  shared.facts.engine.id = "engine of w1";
  (void)cluster.Tell(WorkerRegistered{shared.facts, kProtocolNewest, "session-w2", {}});
  EXPECT_EQ(cluster.Give(cluster.Moving("w2")).reply.error().code, Code::kFailedPrecondition);
}

TEST(Move, OfASingletonStopsItFirst) {
  MovesFixture cluster(true);
  const auto move = cluster.Moving();
  const auto begun = cluster.Give(move);
  const auto* stop = EffectOf<SendOrder>(begun);
  ASSERT_NE(stop, nullptr);
  EXPECT_EQ(stop->worker, "w1");
  EXPECT_EQ(stop->order.target, Target::kStopped);
  EXPECT_TRUE(stop->order.singleton);
  const auto stopped = cluster.End(move.operation, Phase::kStopped);
  const auto* start = EffectOf<SendOrder>(stopped);
  ASSERT_NE(start, nullptr);
  EXPECT_EQ(start->worker, "w2");
  EXPECT_EQ(start->order.target, Target::kRunning);
  EXPECT_FALSE(start->order.leave_address);
  EXPECT_EQ(cluster.Is().worker, "w2") << "whatever comes next goes where it may run";
  (void)cluster.Event(move.operation, 1, Built{{{"web", "sha256:2"}}, "", {}});
  (void)cluster.End(move.operation, Phase::kRunning, 1);
  EXPECT_EQ(cluster.StateOf(move.operation), OperationState::kDone);
  EXPECT_EQ(cluster.Is().phase, Phase::kRunning);
  EXPECT_EQ(cluster.state.releases.Find(ReleaseKey("shop", 1))->worker, "w2");
}

// The worker may have an older one of it, from the last time that it was there.
TEST(Move, PutsNoOtherReleaseBackWhereItDoesNotArrive) {
  for (const bool singleton : {false, true}) {
    MovesFixture cluster(singleton);
    (void)cluster.DeployToRunning();
    const auto move = cluster.Moving();
    auto decision = cluster.Give(move);
    if (singleton) decision = cluster.End(move.operation, Phase::kStopped);
    ASSERT_NE(EffectOf<SendOrder>(decision), nullptr);
    EXPECT_EQ(EffectOf<SendOrder>(decision)->order.release, 2U);
    EXPECT_EQ(EffectOf<SendOrder>(decision)->order.good_release, 0U) << "else 1";
  }
}

TEST(Move, OfASingletonThatCannotArriveGoesBack) {
  MovesFixture cluster(true);
  const auto move = cluster.Moving();
  (void)cluster.Give(move);
  (void)cluster.End(move.operation, Phase::kStopped);
  const auto failed = cluster.End(move.operation, Phase::kFailed, 0,
                                  Error{Code::kInternal, "shop/web", "not healthy", {}, "mend"});
  const auto* back = EffectOf<SendOrder>(failed);
  ASSERT_NE(back, nullptr);
  EXPECT_EQ(back->worker, "w1");
  EXPECT_EQ(back->order.target, Target::kRunning);
  EXPECT_FALSE(back->order.build) << "its images are still there";
  EXPECT_EQ(cluster.StateOf(move.operation), OperationState::kRunning);
  (void)cluster.End(move.operation, Phase::kRunning, 1);
  EXPECT_EQ(cluster.StateOf(move.operation), OperationState::kFailed);
  EXPECT_EQ(cluster.Op(move.operation).operation.failure->cause, "not healthy");
  EXPECT_EQ(cluster.Op(move.operation).operation.restored_release, 1U);
  EXPECT_EQ(cluster.Is().worker, "w1");
  EXPECT_EQ(cluster.Is().phase, Phase::kRunning);
}

TEST(Move, OfASingletonDoesNotStopItWithoutAPlaceForIt) {
  MovesFixture cluster(true);
  cluster.state.settings.placement_wait = kPlacementWaitMax;
  (void)cluster.Give(ChangeWorker{{}, "w2", Availability::kClosed, {}, {}, {}});
  const auto move = cluster.Moving();
  EXPECT_EQ(EffectOf<SendOrder>(cluster.Give(move)), nullptr);
  cluster.Pass(kPlacementWaitMax + Millis(1'000));
  EXPECT_EQ(cluster.StateOf(move.operation), OperationState::kFailed);
  EXPECT_EQ(cluster.Is().phase, Phase::kRunning);
}

TEST(Move, OfWhatDoesNotRunOnlyBuildsItThere) {
  MovesFixture cluster;
  const auto stop = cluster.Asking(OperationKind::kStop);
  (void)cluster.Give(stop);
  (void)cluster.End(stop.operation, Phase::kStopped);
  const auto move = cluster.Moving();
  const auto begun = cluster.Give(move);
  EXPECT_EQ(EffectOf<SendOrder>(begun)->order.target, Target::kBuilt);
  (void)cluster.Event(move.operation, 1, Built{{{"web", "sha256:2"}}, "", {}});
  (void)cluster.End(move.operation, Phase::kBuilt);
  EXPECT_EQ(cluster.Is().worker, "w2");
  const auto start = cluster.Give(cluster.Asking(OperationKind::kStart));
  EXPECT_EQ(EffectOf<SendOrder>(start)->worker, "w2");
  EXPECT_FALSE(EffectOf<SendOrder>(start)->order.build);
}

TEST(Move, TriesAnotherWorkerWhenOneCannotTry) {
  MovesFixture cluster;
  cluster.AddWorker("w3");
  const auto move = cluster.Moving();
  const auto first = EffectOf<SendOrder>(cluster.Give(move))->worker;
  const auto again = cluster.End(move.operation, Phase::kRejected, 0,
                                 Error{Code::kResourceExhausted, "disk", "full", {}, "free it"});
  const auto* send = EffectOf<SendOrder>(again);
  ASSERT_NE(send, nullptr);
  EXPECT_NE(send->worker, first);
  EXPECT_NE(send->worker, "w1");
  EXPECT_EQ(cluster.Is().worker, "w1");
}

TEST(Rollback, ToAReleaseThatWasBuiltElsewhereBuildsItAgainFromItsOwnCommits) {
  MovesFixture cluster;
  (void)cluster.DeployToRunning();
  const auto move = cluster.Moving("w2");
  (void)cluster.Give(move);
  (void)cluster.Event(move.operation, 1, Built{{{"web", "sha256:2"}}, "", {}});
  (void)cluster.End(move.operation, Phase::kRunning, 2);
  auto back = cluster.Asking(OperationKind::kRollback);
  back.release = 1;
  const auto begun = cluster.Give(back);
  const auto* send = EffectOf<SendOrder>(begun);
  ASSERT_NE(send, nullptr);
  EXPECT_EQ(send->worker, "w2");
  EXPECT_TRUE(send->order.build);
  EXPECT_EQ(send->order.release, 1U);
  (void)cluster.Event(back.operation, 1, Built{{{"web", "sha256:9"}}, "", {}});
  EXPECT_EQ(cluster.state.releases.Find(ReleaseKey("shop", 1))->worker, "w2");
  EXPECT_EQ(cluster.state.releases.Find(ReleaseKey("shop", 1))->images.front().id, "sha256:9");
  (void)cluster.End(back.operation, Phase::kRunning, 1);
  EXPECT_EQ(cluster.Is().release, 1U);
}

TEST(Move, GoesOnAfterAMastersStart) {
  MovesFixture cluster(true);
  const auto move = cluster.Moving();
  (void)cluster.Give(move);
  const auto again = cluster.Tell(Recovered{});
  ASSERT_NE(EffectOf<SendOrder>(again), nullptr);
  EXPECT_EQ(EffectOf<SendOrder>(again)->order.target, Target::kStopped);
  EXPECT_NE(EffectOf<SendOrder>(cluster.End(move.operation, Phase::kStopped)), nullptr);
}

TEST(Move, ThatIsSupersededByADeleteLeavesNothingThatCounts) {
  MovesFixture cluster;
  const auto move = cluster.Moving();
  (void)cluster.Give(move);
  const auto gone = cluster.Give(cluster.Asking(OperationKind::kDelete));
  EXPECT_EQ(cluster.StateOf(move.operation), OperationState::kCancelled);
  EXPECT_EQ(EffectOf<SendOrder>(gone)->worker, "w1");
}

}  // namespace
}  // namespace edm::master
