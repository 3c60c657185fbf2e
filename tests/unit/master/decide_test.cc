#include <gtest/gtest.h>

#include <set>

#include "common/model/epoch.h"
#include "master/core/open_delete.h"
#include "master/core/releases.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

TEST(Stage, OnlyGrows) {
  const Stage all[] = {Stage::kSource, Stage::kPlace, Stage::kAttempt, Stage::kFinish, Stage::kEnded};
  for (const auto from : all) {
    for (const auto to : all) EXPECT_EQ(MayAdvance(from, to), static_cast<int>(to) > static_cast<int>(from));
  }
}

TEST(Deploy, GoesFromSourceToRunning) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  auto begin = cluster.Asking(OperationKind::kDeploy);
  begin.upload = Source{.kind = SourceKind::kUpload};
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  EXPECT_EQ(cluster.Op("op-1").plan.stage, Stage::kSource);
  const auto sourced = cluster.Tell(SourceTaken{"op-1", ClusterFixture::Uploaded()});
  const auto* send = EffectOf<SendOrder>(sourced);
  ASSERT_NE(send, nullptr);
  EXPECT_EQ(send->order.attempt, 1U);
  EXPECT_EQ(send->order.release, 1U);
  EXPECT_EQ(send->order.target, Target::kRunning);
  EXPECT_TRUE(send->order.build);
  EXPECT_EQ(send->rpc_address, "w1:8834");
  (void)cluster.Event("op-1", 1, Phase::kBuilding);
  EXPECT_EQ(cluster.Inst().instance.status.phase, Phase::kBuilding);
  const auto built = cluster.Event("op-1", 2, Built{{{"web", "sha256:1"}}, "", {}});
  EXPECT_NE(EffectOf<KeepCommits>(built), nullptr);
  (void)cluster.End("op-1", Phase::kRunning, 1);
  EXPECT_EQ(cluster.StateOf("op-1"), OperationState::kDone);
  EXPECT_EQ(cluster.Inst().instance.status.phase, Phase::kRunning);
  EXPECT_EQ(cluster.Inst().instance.status.endpoints.size(), 1U);
  EXPECT_TRUE(cluster.state.releases.Find(ReleaseKey("shop", 1))->good);
  EXPECT_TRUE(cluster.state.open.empty());
  for (const auto& step : cluster.Op("op-1").operation.steps)
    EXPECT_NE(step.state, StepState::kRunning) << step.name;
}

TEST(Deploy, PushesAReleaseOutOnceItsOwnIsRecorded) {
  ClusterFixture cluster;
  cluster.state.settings.releases_kept = 3;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  for (int i = 0; i < 3; ++i) (void)cluster.DeployToRunning();
  const auto id = cluster.DeployToOrder();
  const auto expected = std::vector<std::uint32_t>{2, 3, 4};
  // Should this order be taken back, the first is still what may be rolled back to.
  EXPECT_EQ(cluster.Op(id).order.kept_releases, (std::vector<std::uint32_t>{1, 2, 3, 4}));
  const auto built = cluster.Event(id, 1, Built{{{"web", "sha256:1"}}, "", {}});
  EXPECT_NE(EffectOf<KeepCommits>(built), nullptr);
  EXPECT_EQ(KeptReleases(cluster.state, cluster.Inst()), expected);
  EXPECT_TRUE(SettledReleases(cluster.state, {"shop", "unknown"}).empty());
  (void)cluster.End(id, Phase::kRunning, 4);
  EXPECT_EQ(SettledReleases(cluster.state, {"shop", "unknown"}).at("shop"), expected);
  // A kill may have come between the releases and what git keeps for them.
  EXPECT_NE(EffectOf<KeepCommits>(cluster.Tell(Recovered{})), nullptr);
  const auto stop = cluster.Give(cluster.Asking(OperationKind::kStop));
  EXPECT_EQ(EffectOf<SendOrder>(stop)->order.kept_releases, expected);
}

TEST(Repo, MayStayUntilADeleteHasComeToIt) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  EXPECT_FALSE(MayHaveRepo(cluster.state, "shop"));
  cluster.AddInstance("shop");
  EXPECT_TRUE(MayHaveRepo(cluster.state, "shop"));
  (void)cluster.DeployToRunning();
  const auto remove = cluster.Give(cluster.Asking(OperationKind::kDelete)).reply->operation;
  EXPECT_TRUE(MayHaveRepo(cluster.state, "shop")) << "it may be cancelled yet, and what runs goes on";
  EXPECT_NE(EffectOf<DeleteRepo>(cluster.End(remove, Phase::kDeleted)), nullptr);
  EXPECT_FALSE(MayHaveRepo(cluster.state, "shop"));
}

TEST(Deploy, EndsWithTheBuildWhenAskedTo) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  auto begin = cluster.Asking(OperationKind::kDeploy);
  begin.upload = Source{.kind = SourceKind::kUpload};
  begin.until = Until::kBuilt;
  (void)cluster.Give(begin);
  const auto sourced = cluster.Tell(SourceTaken{"op-1", ClusterFixture::Uploaded()});
  EXPECT_EQ(EffectOf<SendOrder>(sourced)->order.target, Target::kBuilt);
  (void)cluster.Event("op-1", 1, Built{});
  (void)cluster.End("op-1", Phase::kBuilt);
  EXPECT_EQ(cluster.StateOf("op-1"), OperationState::kDone);
  // The built release is what a start runs.
  const auto start = cluster.Give(cluster.Asking(OperationKind::kStart));
  EXPECT_EQ(EffectOf<SendOrder>(start)->order.release, 1U);
  EXPECT_FALSE(EffectOf<SendOrder>(start)->order.build);
}

TEST(Deploy, KeepsWhatRunsWhenTheNewReleaseFails) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  const auto id = cluster.DeployToOrder();
  EXPECT_EQ(cluster.Op(id).order.good_release, 1U);
  (void)cluster.Event(id, 1, Built{});
  (void)cluster.End(id, Phase::kFailed, 1,
                    Error{Code::kFailedPrecondition, "shop/web", "not healthy", {}, "mend it"});
  EXPECT_EQ(cluster.StateOf(id), OperationState::kFailed);
  const auto& status = cluster.Inst().instance.status;
  EXPECT_EQ(status.phase, Phase::kRunning);
  EXPECT_EQ(status.release, 1U);
  ASSERT_TRUE(status.failure);
  EXPECT_EQ(status.failure->cause, "not healthy");
  EXPECT_FALSE(cluster.state.releases.Find(ReleaseKey("shop", 2))->good);
}

TEST(Deploy, NamesTheReleaseThatRunsOnWhenNothingChanged) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  const auto id = cluster.DeployToOrder();
  EXPECT_EQ(cluster.Op(id).operation.release, 2U);
  (void)cluster.End(id, Phase::kRunning, 1);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kDone);
  EXPECT_EQ(cluster.Op(id).operation.release, 1U);
  EXPECT_EQ(cluster.Inst().instance.status.release, 1U);
  EXPECT_EQ(cluster.Inst().instance.status.newest_release, 1U);
  EXPECT_EQ(cluster.state.releases.Find(ReleaseKey("shop", 2)), nullptr);
  // What starts it later starts that one.
  const auto stop = cluster.Asking(OperationKind::kStop);
  (void)cluster.Give(stop);
  (void)cluster.End(stop.operation, Phase::kStopped);
  EXPECT_EQ(EffectOf<SendOrder>(cluster.Give(cluster.Asking(OperationKind::kStart)))->order.release, 1U);
}

TEST(Deploy, WaitsALittleForAWorkerAndThenSaysWhyNoneTookIt) {
  ClusterFixture cluster;
  cluster.AddInstance("shop");
  const auto id = cluster.DeployToOrder();
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
  cluster.Pass(kPlacementWaitMax + Millis(1'000));
  EXPECT_EQ(cluster.StateOf(id), OperationState::kFailed);
  EXPECT_EQ(cluster.Op(id).operation.failure->code, Code::kUnavailable);
  const auto second = cluster.DeployToOrder();
  cluster.AddWorker("late");
  cluster.Pass(Millis(500));
  EXPECT_EQ(cluster.Op(second).worker, "late");
}

TEST(Deploy, IsSupersededByANewerOrder) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  const auto first = cluster.DeployToOrder();
  auto newer = cluster.Asking(OperationKind::kDeploy);
  newer.upload = Source{.kind = SourceKind::kUpload};
  const auto decision = cluster.Give(newer);
  EXPECT_EQ(cluster.StateOf(first), OperationState::kCancelled);
  EXPECT_EQ(cluster.Op(first).operation.superseded_by, newer.operation);
  ASSERT_NE(EffectOf<CancelAttempt>(decision), nullptr);
  EXPECT_TRUE(EffectOf<CancelAttempt>(decision)->stop_following);
  (void)cluster.Tell(SourceTaken{newer.operation, ClusterFixture::Uploaded()});
  EXPECT_EQ(cluster.Op(newer.operation).attempt, 2U);
}

TEST(Deploy, TakesNoReportTwiceAndNoneOfAnotherAttempt) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  const auto id = cluster.DeployToOrder();
  (void)cluster.Event(id, 3, Phase::kBuilding);
  EXPECT_TRUE(cluster.Event(id, 3, Phase::kFetching).changes.empty());
  EXPECT_TRUE(cluster.Event(id, 2, Warning{"late"}).changes.empty());
  const auto foreign = cluster.Tell(AttemptReported{id, 9, {4, cluster.now.wall, Phase::kRunning}});
  EXPECT_TRUE(foreign.changes.empty());
  EXPECT_EQ(cluster.Inst().instance.status.phase, Phase::kBuilding);
}

const Error kNoRoom{
    Code::kFailedPrecondition, "shop/web", "host port 8080 is held by nc (pid 7)", {}, "mend"};

// A deploy of a new instance on one of so many workers; the worker that was chosen.
std::string OrderedTo(ClusterFixture& cluster, int workers) {
  for (int i = 1; i <= workers; ++i) cluster.AddWorker("w" + std::to_string(i));
  cluster.AddInstance("shop");
  return cluster.Op(cluster.DeployToOrder()).worker;
}

TEST(Deploy, OfANewInstanceThatOneWorkerCannotTryGoesToAnother) {
  ClusterFixture cluster;
  const auto first = OrderedTo(cluster, 2);
  (void)cluster.Event("op-1", 1, Step{.name = "build", .state = StepState::kFailed, .detail = "no room"});
  const auto again = cluster.End("op-1", Phase::kRejected, 0, kNoRoom);
  const auto* send = EffectOf<SendOrder>(again);
  ASSERT_NE(send, nullptr);
  EXPECT_NE(send->worker, first);
  EXPECT_EQ(send->order.attempt, 2U);
  EXPECT_EQ(send->order.release, 1U) << "the number was not used up";
  EXPECT_EQ(send->after_cursor, 0U);
  EXPECT_EQ(cluster.StateOf("op-1"), OperationState::kRunning);
  EXPECT_EQ(cluster.Inst().instance.status.worker, send->worker);
  EXPECT_TRUE(cluster.state.workers.Find(first)->reservations.empty());
  ASSERT_EQ(cluster.Op("op-1").operation.warnings.size(), 1U);
  EXPECT_NE(cluster.Op("op-1").operation.warnings[0].find("8080"), std::string::npos);
  const auto& candidates = cluster.Inst().instance.status.placement->candidates;
  for (const auto& one : candidates) EXPECT_EQ(one.feasible, one.worker != first);
  // The second one does it, from its first event on.
  (void)cluster.Event("op-1", 1, Step{.name = "build", .state = StepState::kDone});
  (void)cluster.Event("op-1", 2, Built{{{"web", "sha256:1"}}, "", {}});
  (void)cluster.End("op-1", Phase::kRunning, 1);
  EXPECT_EQ(cluster.StateOf("op-1"), OperationState::kDone);
}

TEST(Deploy, ThatNoWorkerCanTrySaysWhyOfEach) {
  ClusterFixture cluster;
  const auto first = OrderedTo(cluster, 2);
  (void)cluster.End("op-1", Phase::kRejected, 0, kNoRoom);
  const auto second = cluster.Op("op-1").worker;
  (void)cluster.End("op-1", Phase::kRejected, 0,
                    Error{Code::kResourceExhausted, "disk", "full", {}, "free it"});
  EXPECT_EQ(cluster.StateOf("op-1"), OperationState::kFailed);
  const auto& failure = *cluster.Op("op-1").operation.failure;
  EXPECT_EQ(failure.cause, "full");
  ASSERT_EQ(failure.evidence.size(), 1U);
  EXPECT_EQ(failure.evidence[0].find(first), 0U);
  EXPECT_NE(first, second);
  // What its worker forgets is no deletion.
  const Observation gone{.instance = "shop", .attempt = 2, .phase = Phase::kDeleted};
  (void)cluster.Tell(WorkerBeat{second, "session-" + second, ClusterFixture::FreeLoad(), {gone}});
  EXPECT_EQ(cluster.Inst().instance.status.phase, Phase::kRejected);
}

TEST(Deploy, AsksSoManyWorkersAndNoMore) {
  ClusterFixture cluster;
  (void)OrderedTo(cluster, static_cast<int>(kPlacementsMax) + 2);
  std::set<std::string> asked;
  while (cluster.StateOf("op-1") == OperationState::kRunning) {
    EXPECT_TRUE(asked.insert(cluster.Op("op-1").worker).second) << "one twice";
    (void)cluster.End("op-1", Phase::kRejected, 0, kNoRoom);
  }
  EXPECT_EQ(asked.size(), kPlacementsMax);
}

TEST(Deploy, StaysWhereItsImagesAreWhateverItsWorkerSays) {
  ClusterFixture cluster;
  const auto worker = OrderedTo(cluster, 2);
  (void)cluster.Event("op-1", 1, Built{{{"web", "sha256:1"}}, "", {}});
  EXPECT_EQ(EffectOf<SendOrder>(cluster.End("op-1", Phase::kRejected, 0, kNoRoom)), nullptr);
  EXPECT_EQ(cluster.StateOf("op-1"), OperationState::kFailed);
  const auto second = cluster.DeployToOrder();
  EXPECT_EQ(cluster.Op(second).worker, worker);
  EXPECT_EQ(EffectOf<SendOrder>(cluster.End(second, Phase::kRejected, 0, kNoRoom)), nullptr);
  EXPECT_EQ(cluster.StateOf(second), OperationState::kFailed);
}

TEST(Deploy, ThatFailedByItsOwnFaultOrWasCancelledGoesNowhereElse) {
  for (const auto phase : {Phase::kFailed, Phase::kCancelled}) {
    ClusterFixture cluster;
    (void)OrderedTo(cluster, 2);
    EXPECT_EQ(EffectOf<SendOrder>(cluster.End("op-1", phase, 0, kNoRoom)), nullptr);
    EXPECT_TRUE(IsTerminal(cluster.StateOf("op-1")));
  }
}

TEST(Start, IsDoneAtOnceWhereItRunsAndStopWhereItDoesNot) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  auto start = cluster.Asking(OperationKind::kStart);
  EXPECT_EQ(EffectOf<SendOrder>(cluster.Give(start)), nullptr);
  EXPECT_EQ(cluster.StateOf(start.operation), OperationState::kDone);

  const auto stop = cluster.Asking(OperationKind::kStop);
  ASSERT_NE(EffectOf<SendOrder>(cluster.Give(stop)), nullptr);
  (void)cluster.End(stop.operation, Phase::kStopped);
  EXPECT_EQ(cluster.Inst().instance.status.phase, Phase::kStopped);
  const auto again = cluster.Asking(OperationKind::kStop);
  EXPECT_EQ(EffectOf<SendOrder>(cluster.Give(again)), nullptr);
  EXPECT_EQ(cluster.StateOf(again.operation), OperationState::kDone);
}

// A deploy whose end nobody heard: its operation is over, and its worker may still be at it.
std::string ForsakeADeploy(ClusterFixture& cluster) {
  auto begin = cluster.Asking(OperationKind::kDeploy);
  begin.upload = Source{.kind = SourceKind::kUpload};
  begin.timeout = Millis(1'000);
  (void)cluster.Give(begin);
  (void)cluster.Tell(SourceTaken{begin.operation, ClusterFixture::Uploaded()});
  (void)cluster.Event(begin.operation, 1, Phase::kBuilt);
  cluster.Pass(Millis(4'000));
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kExpired);
  return begin.operation;
}

TEST(Stop, IsOrderedWhereAStartMayStillBeOnItsWay) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  ForsakeADeploy(cluster);
  const auto decision = cluster.Give(cluster.Asking(OperationKind::kStop));
  const auto* sent = EffectOf<SendOrder>(decision);
  ASSERT_NE(sent, nullptr);
  EXPECT_EQ(sent->order.target, Target::kStopped);
}

TEST(Deploy, GoesWhereSomethingRunsThoughNobodyHeardOfItsRelease) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  ForsakeADeploy(cluster);
  cluster.AddWorker("w2");
  auto busy = ClusterFixture::FreeLoad();
  busy.cpu = busy.cpu_lasting = 0.9;
  Observation seen{.instance = "shop", .attempt = 1, .phase = Phase::kRunning};
  seen.release = 1;
  for (int beat = 0; beat < 2; ++beat) {
    cluster.Pass(Millis(4'000));
    (void)cluster.Tell(WorkerBeat{"w1", "session-w1", busy, {seen}});
  }
  const auto again = cluster.DeployToOrder();
  EXPECT_EQ(cluster.Op(again).worker, "w1");
}

// It was deleted while its worker was away, and is made anew in a restored state: that one runs release 3 of
// it still.
TEST(Deploy, TakesNoNumberOfWhatItsWorkerRunsOfBefore) {
  ClusterFixture cluster;
  cluster.state.epoch = kEpochLeap + 1;
  const Observation before{.instance = "shop", .attempt = 4, .phase = Phase::kRunning, .release = 3};
  cluster.AddWorker("w1", {before});
  cluster.AddInstance("shop");
  const auto deploy = cluster.DeployToOrder();
  EXPECT_EQ(cluster.Op(deploy).operation.release, 4U);
  EXPECT_EQ(cluster.Op(deploy).attempt, 5U);
}

std::string DeleteShop(ClusterFixture& cluster) {
  const auto gone = cluster.Give(cluster.Asking(OperationKind::kDelete)).reply->operation;
  (void)cluster.End(gone, Phase::kDeleted);
  (void)cluster.Tell(RepoDeleted{gone, Ok()});
  return gone;
}

// A build of the one before may still be under way, or an order of it on its way to whatever worker.
TEST(Deploy, OfWhatIsMadeAnewGoesOnWithTheNumbersOfTheOneBefore) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  const auto before = cluster.DeployToOrder();
  const auto gone = DeleteShop(cluster);
  EXPECT_EQ(cluster.StateOf(before), OperationState::kCancelled);
  cluster.AddInstance("shop");
  const auto deploy = cluster.DeployToOrder();
  EXPECT_EQ(cluster.Op(deploy).attempt, cluster.Op(gone).attempt + 1);
  EXPECT_EQ(cluster.Op(deploy).operation.release, cluster.Op(before).operation.release + 1);
}

TEST(Deploy, OfWhatWasDeletedLongAgoBeginsAtOne) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  (void)DeleteShop(cluster);
  cluster.Pass(cluster.state.settings.operations_of_deleted_kept_for);
  (void)DecideSweep(cluster.state, cluster.now);
  cluster.AddInstance("shop");
  const auto deploy = cluster.DeployToOrder();
  EXPECT_EQ(cluster.Op(deploy).attempt, 1U);
  EXPECT_EQ(cluster.Op(deploy).operation.release, 1U);
}

TEST(Start, IsRefusedWhereNothingWasBuilt) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  for (const auto kind :
       {OperationKind::kStart, OperationKind::kRestart, OperationKind::kRollback, OperationKind::kBuild}) {
    const auto decision = cluster.Give(cluster.Asking(kind));
    ASSERT_FALSE(decision.reply.ok());
    EXPECT_EQ(decision.reply.error().code, Code::kFailedPrecondition);
    EXPECT_FALSE(decision.reply.error().hint.empty());
    EXPECT_TRUE(decision.changes.empty());
  }
}

TEST(Rollback, GoesToTheGoodReleaseBeforeOrToANamedOne) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  for (int i = 0; i < 3; ++i) (void)cluster.DeployToRunning();
  EXPECT_EQ(EffectOf<SendOrder>(cluster.Give(cluster.Asking(OperationKind::kRollback)))->order.release, 2U);
  auto named = cluster.Asking(OperationKind::kRollback);
  named.release = 1;
  EXPECT_EQ(EffectOf<SendOrder>(cluster.Give(named))->order.release, 1U);
  named = cluster.Asking(OperationKind::kRollback);
  named.release = 9;
  EXPECT_EQ(cluster.Give(named).reply.error().code, Code::kNotFound);
}

TEST(Releases, FiveAreKept) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  for (int i = 0; i < 8; ++i) (void)cluster.DeployToRunning();
  const auto kept = ReleasesOf(cluster.state, "shop");
  ASSERT_EQ(kept.size(), 5U);
  EXPECT_EQ(kept.front()->number, 4U);
}

TEST(Delete, SupersedesEverythingAndLeavesNothing) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  const auto open = cluster.DeployToOrder();
  const auto gone = cluster.Asking(OperationKind::kDelete);
  ASSERT_NE(EffectOf<SendOrder>(cluster.Give(gone)), nullptr);
  EXPECT_EQ(cluster.StateOf(open), OperationState::kCancelled);
  // Nothing else is taken meanwhile, and the same again is the same.
  EXPECT_EQ(cluster.Give(cluster.Asking(OperationKind::kStart)).reply.error().code,
            Code::kFailedPrecondition);
  EXPECT_EQ(cluster.Give(cluster.Asking(OperationKind::kDelete)).reply->operation, gone.operation);
  EXPECT_NE(EffectOf<DeleteRepo>(cluster.End(gone.operation, Phase::kDeleted)), nullptr);
  EXPECT_EQ(cluster.StateOf(gone.operation), OperationState::kRunning);
  (void)cluster.Tell(RepoDeleted{gone.operation, Ok()});
  EXPECT_EQ(cluster.StateOf(gone.operation), OperationState::kDone);
  EXPECT_EQ(cluster.state.instances.size(), 0U);
  EXPECT_EQ(cluster.state.releases.size(), 0U);
}

TEST(Delete, OfWhatWasNeverPlacedNeedsNoWorker) {
  ClusterFixture cluster;
  cluster.AddInstance("shop");
  const auto gone = cluster.Asking(OperationKind::kDelete);
  EXPECT_NE(EffectOf<DeleteRepo>(cluster.Give(gone)), nullptr);
  (void)cluster.Tell(RepoDeleted{gone.operation, Ok()});
  EXPECT_EQ(cluster.StateOf(gone.operation), OperationState::kDone);
}

TEST(Push, MovesTheBranchOnlyOnceItRuns) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  auto begin = cluster.Asking(OperationKind::kDeploy);
  begin.push = PendingPush{"main", std::string(40, '0'), std::string(40, 'b')};
  ASSERT_NE(EffectOf<SendOrder>(cluster.Give(begin)), nullptr);
  (void)cluster.Event(begin.operation, 1, Built{});
  const auto ended = cluster.End(begin.operation, Phase::kRunning, 1);
  ASSERT_NE(EffectOf<MoveBranch>(ended), nullptr);
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kRunning);
  (void)cluster.Tell(BranchMoved{begin.operation, Ok()});
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kDone);
  EXPECT_EQ(cluster.Inst().instance.status.source.commit, std::string(40, 'b'));

  auto failing = cluster.Asking(OperationKind::kDeploy);
  failing.push = PendingPush{"main", std::string(40, 'b'), std::string(40, 'c')};
  (void)cluster.Give(failing);
  EXPECT_EQ(EffectOf<MoveBranch>(cluster.End(failing.operation, Phase::kFailed, 1)), nullptr);
  EXPECT_EQ(cluster.Inst().instance.status.source.commit, std::string(40, 'b'));
}

}  // namespace
}  // namespace edm::master
