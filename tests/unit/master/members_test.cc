#include "master/core/members.h"

#include <gtest/gtest.h>

#include "tests/unit/master/members_fixture.h"

namespace edm::master {
namespace {

std::shared_ptr<const InstanceRecord> MemberThatIs(std::uint32_t ordinal, Phase phase, Health health,
                                                   std::uint32_t release = 0) {
  InstanceRecord record;
  record.instance.id = MemberOf("shop", ordinal);
  record.instance.status.phase = phase;
  record.instance.status.health = health;
  record.instance.status.release = release;
  record.instance.status.address = "10.0.0." + std::to_string(ordinal);
  return std::make_shared<const InstanceRecord>(std::move(record));
}

TEST(SumOfMembers, FollowsItsTable) {
  struct Row {
    Target desired;
    Phase first, second;
    Health first_health, second_health;
    Phase phase;
    Health health;
  };
  using enum Health;
  for (const auto& row : {
           Row{Target::kRunning, Phase::kRunning, Phase::kRunning, kHealthy, kHealthy, Phase::kRunning,
               kHealthy},
           Row{Target::kRunning, Phase::kRunning, Phase::kRunning, kHealthy, kUnhealthy, Phase::kRunning,
               kUnhealthy},
           Row{Target::kRunning, Phase::kRunning, Phase::kRunning, kRestarting, kStarting, Phase::kRunning,
               kRestarting},
           Row{Target::kRunning, Phase::kRunning, Phase::kLost, kHealthy, kUnknown, Phase::kLost, kUnknown},
           Row{Target::kRunning, Phase::kFailed, Phase::kLost, kUnknown, kUnknown, Phase::kLost, kUnknown},
           Row{Target::kRunning, Phase::kRunning, Phase::kFailed, kHealthy, kUnknown, Phase::kFailed,
               kUnknown},
           Row{Target::kRunning, Phase::kRunning, Phase::kPending, kHealthy, kUnknown, Phase::kPending,
               kUnknown},
           Row{Target::kRunning, Phase::kRunning, Phase::kStarting, kHealthy, kUnknown, Phase::kStarting,
               kUnknown},
           Row{Target::kRunning, Phase::kRunning, Phase::kStopped, kHealthy, kUnknown, Phase::kStopped,
               kUnknown},
           Row{Target::kStopped, Phase::kStopped, Phase::kStopped, kUnknown, kUnknown, Phase::kStopped,
               kUnknown},
           Row{Target::kStopped, Phase::kStopped, Phase::kRunning, kUnknown, kHealthy, Phase::kRunning,
               kUnknown},
           Row{Target::kStopped, Phase::kStopped, Phase::kPending, kUnknown, kUnknown, Phase::kStopped,
               kUnknown},
           Row{Target::kBuilt, Phase::kBuilt, Phase::kBuilding, kUnknown, kUnknown, Phase::kBuilding,
               kUnknown},
           Row{Target::kNothing, Phase::kPending, Phase::kPending, kUnknown, kUnknown, Phase::kPending,
               kUnknown},
       }) {
    InstanceStatus set;
    set.desired = row.desired;
    const auto sum = SumOf(
        set, {MemberThatIs(1, row.first, row.first_health), MemberThatIs(2, row.second, row.second_health)});
    EXPECT_EQ(sum.phase, row.phase) << PhaseName(row.first) << " " << PhaseName(row.second);
    const bool tells_health = row.phase == Phase::kRunning && row.desired == Target::kRunning;
    if (!tells_health) continue;
    EXPECT_EQ(sum.health, row.health) << HealthName(row.first_health);
  }
}

TEST(SumOfMembers, HasTheAddressOfTheFirstThatRunsWell) {
  const auto well = [](std::uint32_t ordinal) {
    return MemberThatIs(ordinal, Phase::kRunning, Health::kHealthy);
  };
  const auto ill = [](std::uint32_t ordinal) {
    return MemberThatIs(ordinal, Phase::kRunning, Health::kUnhealthy);
  };
  const auto lost = [](std::uint32_t ordinal) {
    return MemberThatIs(ordinal, Phase::kLost, Health::kUnknown);
  };
  EXPECT_EQ(SumOf({}, {well(1), well(2)}).address, "10.0.0.1");
  EXPECT_EQ(SumOf({}, {lost(1), well(2)}).address, "10.0.0.2");
  EXPECT_EQ(SumOf({}, {ill(1), lost(2), well(3)}).address, "10.0.0.3");
  EXPECT_EQ(SumOf({}, {lost(1), ill(2)}).address, "10.0.0.1");
  EXPECT_EQ(SumOf({}, {}).address, "");
}

TEST(SumOfMembers, IsOfTheOldestReleaseThatRuns) {
  const auto runs = [](std::uint32_t ordinal, std::uint32_t release) {
    return MemberThatIs(ordinal, Phase::kRunning, Health::kHealthy, release);
  };
  EXPECT_EQ(SumOf({}, {runs(1, 5), runs(2, 4), runs(3, 0)}).release, 4U);
}

TEST(Members, AreInTheOrderOfTheirOrdinals) {
  MembersFixture cluster(12);
  (void)cluster.DeployToOrder();
  std::vector<std::uint32_t> ordinals;
  for (const auto& one : MembersOf(cluster.state, "shop")) ordinals.push_back(OrdinalOf(one->instance.id));
  EXPECT_EQ(ordinals, (std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
}

TEST(Members, AreBuiltAndStartedOneByOneEachOnAWorkerOfItsOwn) {
  MembersFixture cluster;
  const auto id = cluster.DeployToOrder();
  std::set<std::string> workers;
  for (const std::uint32_t one : {1U, 2U, 3U}) {
    ASSERT_TRUE(cluster.IsOpen(one));
    EXPECT_EQ(cluster.Op(cluster.PartOf(one)).operation.part_of, id);
    EXPECT_EQ(cluster.StepOf(id, one), StepState::kRunning);
    for (std::uint32_t later = one + 1; later <= 3; ++later) EXPECT_FALSE(cluster.IsOpen(later));
    workers.insert(cluster.Of(one).worker);
    EXPECT_EQ(cluster.Op(cluster.PartOf(one)).order.source->commit, std::string(40, 'a'));
    EXPECT_EQ(cluster.Op(cluster.PartOf(one)).order.release, 1U);
    EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
    cluster.Succeed(one);
    EXPECT_EQ(cluster.StepOf(id, one), StepState::kDone);
  }
  EXPECT_EQ(workers.size(), 3U);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kDone);
  EXPECT_EQ(cluster.Op(id).operation.endpoints.size(), 3U);
  EXPECT_EQ(cluster.Set().phase, Phase::kRunning);
  EXPECT_EQ(cluster.Set().health, Health::kHealthy);
  EXPECT_EQ(cluster.Set().release, 1U);
  EXPECT_EQ(cluster.Set().members.size(), 3U);
  EXPECT_EQ(cluster.Set().address, ClusterFixture::AddressOf(cluster.Of(1).worker));
  EXPECT_EQ(cluster.Set().worker, "");
}

TEST(Members, ShareNumberAndCommitOfAReleaseAndGoodIsGoodForAll) {
  MembersFixture cluster;
  (void)cluster.Run();
  const auto set = cluster.state.releases.Find(ReleaseKey("shop", 1));
  ASSERT_NE(set, nullptr);
  EXPECT_TRUE(set->good);
  EXPECT_TRUE(set->images.empty());
  EXPECT_EQ(set->worker, "");
  for (const std::uint32_t one : {1U, 2U, 3U}) {
    const auto own = cluster.state.releases.Find(ReleaseKey(MembersFixture::Member(one), 1));
    ASSERT_NE(own, nullptr);
    EXPECT_EQ(own->source.commit, set->source.commit);
    EXPECT_EQ(own->worker, cluster.Of(one).worker);
  }
}

TEST(Rollout, EndsAtTheFirstFailureAndSaysWhich) {
  MembersFixture cluster;
  (void)cluster.Run();
  const auto id = cluster.DeployToOrder();
  cluster.Succeed(1);
  cluster.Fail(2, 1);  // its old release was put back
  EXPECT_EQ(cluster.StateOf(id), OperationState::kFailed);
  const auto& failure = *cluster.Op(id).operation.failure;
  EXPECT_EQ(failure.object, "instance shop");
  EXPECT_EQ(failure.cause, "member shop_2: shop/web: it exited with 1");
  EXPECT_EQ(failure.hint, "mend it");
  EXPECT_EQ(failure.evidence.front(), "boom");
  EXPECT_EQ(failure.evidence[1].substr(0, 28), "shop_1 is running, release 2");
  EXPECT_EQ(failure.evidence[2].substr(0, 28), "shop_2 is running, release 1");
  EXPECT_EQ(cluster.StepOf(id, 2), StepState::kFailed);
  EXPECT_EQ(cluster.StepOf(id, 3), StepState::kSkipped);
  EXPECT_FALSE(cluster.IsOpen(3));
  EXPECT_EQ(cluster.Of(3).release, 1U);
}

TEST(Rollout, StopsAllAtOnceAndTellsWhoCouldNot) {
  MembersFixture cluster;
  (void)cluster.Run();
  const auto stop = cluster.Asking(OperationKind::kStop);
  (void)cluster.Give(stop);
  for (const std::uint32_t one : {1U, 2U, 3U}) EXPECT_TRUE(cluster.IsOpen(one));
  cluster.Fail(1, 1);
  EXPECT_EQ(cluster.StateOf(stop.operation), OperationState::kRunning);
  cluster.Succeed(2);
  cluster.Succeed(3);
  EXPECT_EQ(cluster.StateOf(stop.operation), OperationState::kFailed);
  const auto again = cluster.Asking(OperationKind::kStop);
  (void)cluster.Give(again);
  EXPECT_FALSE(cluster.IsOpen(2));
  cluster.Succeed(1);
  EXPECT_EQ(cluster.StateOf(again.operation), OperationState::kDone);
  EXPECT_EQ(cluster.Set().phase, Phase::kStopped);
}

TEST(Rollout, OfAStartStartsThoseThatDoNotRun) {
  MembersFixture cluster;
  (void)cluster.Run();
  const auto stop = cluster.Asking(OperationKind::kStop, "shop_2");
  ASSERT_TRUE(cluster.Give(stop).reply.ok());
  cluster.Succeed(2);
  EXPECT_EQ(cluster.Set().phase, Phase::kStopped);
  const auto start = cluster.Asking(OperationKind::kStart);
  (void)cluster.Give(start);
  EXPECT_EQ(cluster.StepOf(start.operation, 1), StepState::kDone);
  EXPECT_TRUE(cluster.IsOpen(2));
  cluster.Succeed(2);
  EXPECT_EQ(cluster.StateOf(start.operation), OperationState::kDone);
  EXPECT_EQ(cluster.Set().phase, Phase::kRunning);
}

TEST(Rollout, OfARollbackGoesBackOneByOne) {
  MembersFixture cluster;
  (void)cluster.Run();
  (void)cluster.Run();
  const auto back = cluster.Asking(OperationKind::kRollback);
  ASSERT_TRUE(cluster.Give(back).reply.ok());
  for (const std::uint32_t one : {1U, 2U, 3U}) {
    EXPECT_EQ(cluster.Op(cluster.PartOf(one)).order.release, 1U);
    EXPECT_FALSE(cluster.Op(cluster.PartOf(one)).order.build);
    cluster.Succeed(one);
  }
  EXPECT_EQ(cluster.StateOf(back.operation), OperationState::kDone);
  EXPECT_EQ(cluster.Set().release, 1U);
}

TEST(Rollout, TakesTheRepoAndTheSetAwayOnceAllMembersAreGone) {
  MembersFixture cluster;
  (void)cluster.Run();
  const auto gone = cluster.Asking(OperationKind::kDelete);
  (void)cluster.Give(gone);
  cluster.Succeed(1);
  cluster.Succeed(3);
  EXPECT_EQ(cluster.Op(gone.operation).plan.stage, Stage::kAttempt);
  const auto last = cluster.End(cluster.PartOf(2), Phase::kDeleted);
  const auto* repo = EffectOf<DeleteRepo>(last);
  ASSERT_NE(repo, nullptr);
  EXPECT_EQ(repo->instance, "shop");
  (void)cluster.Tell(RepoDeleted{gone.operation, Ok()});
  EXPECT_EQ(cluster.StateOf(gone.operation), OperationState::kDone);
  EXPECT_EQ(cluster.state.instances.size(), 0U);
}

TEST(Rollout, IsSupersededWithThePartThatIsUnderWay) {
  MembersFixture cluster;
  const auto first = cluster.DeployToOrder();
  const auto part = cluster.PartOf(1);
  const auto second = cluster.DeployToOrder();
  EXPECT_EQ(cluster.StateOf(first), OperationState::kCancelled);
  EXPECT_EQ(cluster.StateOf(part), OperationState::kCancelled);
  EXPECT_EQ(cluster.Op(cluster.PartOf(1)).operation.part_of, second);
}

TEST(Rollout, IsCancelledOnceThePartThatIsUnderWayHasEnded) {
  MembersFixture cluster;
  const auto id = cluster.DeployToOrder();
  const auto part = cluster.PartOf(1);
  const auto cancel = cluster.Give(CancelOperation{{}, id});
  const auto* told = EffectOf<CancelAttempt>(cancel);
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->instance, "shop_1");
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
  (void)cluster.End(part, Phase::kCancelled);
  EXPECT_EQ(cluster.StateOf(part), OperationState::kCancelled);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kCancelled);
  EXPECT_FALSE(cluster.IsOpen(2));
}

TEST(Rollout, EndsAtItsDeadlineWithThePartThatIsUnderWay) {
  MembersFixture cluster;
  auto begin = cluster.Asking(OperationKind::kDeploy);
  begin.upload = Source{.kind = SourceKind::kUpload};
  begin.timeout = Millis(20'000);
  (void)cluster.Give(begin);
  (void)cluster.Tell(SourceTaken{begin.operation, ClusterFixture::Uploaded()});
  const auto part = cluster.PartOf(1);
  cluster.Pass(Millis(30'000));
  EXPECT_EQ(cluster.StateOf(begin.operation), OperationState::kExpired);
  EXPECT_EQ(cluster.StateOf(part), OperationState::kExpired);
}

TEST(Rollout, GoesOnAfterAMastersStart) {
  MembersFixture cluster;
  const auto id = cluster.DeployToOrder();
  cluster.Succeed(1);
  const auto part = cluster.PartOf(2);
  (void)cluster.Tell(Recovered{});
  EXPECT_EQ(cluster.PartOf(2), part);
  cluster.Succeed(2);
  cluster.Succeed(3);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kDone);
}

// The store may have the set's word of a part whose own record came too late.
TEST(Rollout, BeginsAPartAnewThatWasNeverStored) {
  MembersFixture cluster;
  const auto id = cluster.DeployToOrder();
  const auto part = cluster.PartOf(1);
  cluster.state.operations.Erase(part);
  cluster.state.open.Erase(part);
  (void)cluster.Tell(Recovered{});
  EXPECT_NE(cluster.PartOf(1), part);
  for (const std::uint32_t one : {1U, 2U, 3U}) cluster.Succeed(one);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kDone);
}

TEST(Member, ThatIsLostIsPlacedElsewhereAndTheSetsAddressFollows) {
  MembersFixture cluster(2);
  (void)cluster.Run(2);
  const auto worker = cluster.Of(1).worker;
  cluster.Pass(Millis(10'000), true, {worker});
  EXPECT_EQ(cluster.Set().phase, Phase::kLost);
  EXPECT_EQ(cluster.Set().address, ClusterFixture::AddressOf(cluster.Of(2).worker));
  ASSERT_TRUE(cluster.IsOpen(1));
  const auto move = cluster.PartOf(1);
  EXPECT_EQ(cluster.Op(move).operation.kind, OperationKind::kMove);
  EXPECT_TRUE(cluster.Op(move).order.build);
  cluster.Succeed(1);
  EXPECT_NE(cluster.Of(1).worker, worker);
  EXPECT_EQ(cluster.Set().phase, Phase::kRunning);
  EXPECT_EQ(cluster.Set().address, ClusterFixture::AddressOf(cluster.Of(1).worker));
}

TEST(Member, IsNotDeployedDeletedOrChangedAlone) {
  MembersFixture cluster;
  (void)cluster.Run();
  for (const auto kind : {OperationKind::kDeploy, OperationKind::kBuild, OperationKind::kRefresh,
                          OperationKind::kRollback, OperationKind::kDelete, OperationKind::kSource}) {
    const auto refused = cluster.Give(cluster.Asking(kind, "shop_1")).reply;
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
    EXPECT_NE(refused.error().cause.find("member of shop"), std::string::npos);
  }
  UpdateInstance update;
  update.id = "shop_1";
  EXPECT_FALSE(cluster.Give(update).reply.ok());
  EXPECT_FALSE(cluster.Give(cluster.Asking(OperationKind::kMove)).reply.ok());
  EXPECT_TRUE(cluster.Give(cluster.Asking(OperationKind::kRestart, "shop_1")).reply.ok());
}

TEST(Member, HasTheSpecOfItsSet) {
  MembersFixture cluster;
  (void)cluster.Run();
  UpdateInstance update;
  update.id = "shop";
  update.memory_mib = 512;
  update.environment = {{"COLOUR", "red"}};
  ASSERT_TRUE(cluster.Give(update).reply.ok());
  for (const std::uint32_t one : {1U, 2U, 3U}) {
    const auto& spec = cluster.Inst(MembersFixture::Member(one)).instance.spec;
    EXPECT_EQ(spec.memory_mib, 512U);
    EXPECT_EQ(spec.environment.at("COLOUR"), "red");
    EXPECT_EQ(spec.replicas, 0U);
  }
}

TEST(Scale, AddsTheNextAndStartsWhatTheOthersRun) {
  MembersFixture cluster(2);
  (void)cluster.Run(2);
  (void)cluster.Run(2);
  const auto scale = cluster.Scaling(3);
  ASSERT_TRUE(cluster.Give(scale).reply.ok());
  EXPECT_FALSE(cluster.IsOpen(1));
  ASSERT_TRUE(cluster.IsOpen(3));
  const auto& order = cluster.Op(cluster.PartOf(3)).order;
  EXPECT_EQ(order.release, 2U);
  EXPECT_TRUE(order.build);
  EXPECT_EQ(order.source->commit, std::string(40, 'a'));
  cluster.Succeed(3);
  EXPECT_EQ(cluster.StateOf(scale.operation), OperationState::kDone);
  EXPECT_EQ(cluster.Of(3).release, 2U);
  EXPECT_EQ(cluster.Set().members.size(), 3U);
}

TEST(Scale, TakesTheHighestAwayOneByOne) {
  MembersFixture cluster;
  (void)cluster.Run();
  const auto scale = cluster.Scaling(1);
  ASSERT_TRUE(cluster.Give(scale).reply.ok());
  ASSERT_TRUE(cluster.IsOpen(3));
  EXPECT_FALSE(cluster.IsOpen(2));
  EXPECT_EQ(cluster.Op(cluster.PartOf(3)).order.target, Target::kDeleted);
  cluster.Succeed(3);
  cluster.Succeed(2);
  EXPECT_EQ(cluster.StateOf(scale.operation), OperationState::kDone);
  EXPECT_EQ(cluster.state.instances.Find("shop_3"), nullptr);
  EXPECT_EQ(cluster.Set().members.size(), 1U);
  EXPECT_EQ(cluster.Inst().instance.spec.replicas, 1U);
}

TEST(Scale, GoesOnWithTheAttemptsOfAMemberThatWasTakenAway) {
  MembersFixture cluster(2);
  (void)cluster.Run(2);
  (void)cluster.Give(cluster.Scaling(1));
  const auto last = cluster.Op(cluster.PartOf(2)).attempt;
  cluster.Succeed(2);
  (void)cluster.Give(cluster.Scaling(2));
  EXPECT_EQ(cluster.Op(cluster.PartOf(2)).attempt, last + 1);
  EXPECT_EQ(cluster.Op(cluster.PartOf(2)).order.release, 1U) << "that is the set's";
}

TEST(Scale, ThatWasBrokenOffIsFinishedByTheNextOrder) {
  MembersFixture cluster;
  (void)cluster.Run();
  (void)cluster.Give(cluster.Scaling(2));
  const auto deploy = cluster.DeployToOrder();
  cluster.Succeed(1);
  cluster.Succeed(2);
  EXPECT_EQ(cluster.Op(cluster.PartOf(3)).order.target, Target::kDeleted);
  cluster.Succeed(3);
  EXPECT_EQ(cluster.StateOf(deploy), OperationState::kDone);
  EXPECT_EQ(cluster.state.instances.Find("shop_3"), nullptr);
}

TEST(Scale, OfWhatIsStoppedStartsNothing) {
  MembersFixture cluster(2);
  (void)cluster.Run(2);
  (void)cluster.Give(cluster.Asking(OperationKind::kStop));
  cluster.Succeed(1);
  cluster.Succeed(2);
  const auto scale = cluster.Scaling(3);
  (void)cluster.Give(scale);
  EXPECT_EQ(cluster.StateOf(scale.operation), OperationState::kDone);
  EXPECT_EQ(cluster.Of(3).phase, Phase::kPending);
  EXPECT_EQ(cluster.Set().phase, Phase::kStopped);
}

TEST(Scale, RefusesWhatIsOneCopyAlreadyAndNumbersThatAreNone) {
  MembersFixture cluster;
  cluster.AddInstance("blog");
  (void)cluster.DeployToRunning("blog");
  auto blog = cluster.Scaling(2);
  blog.instance = "blog";
  EXPECT_EQ(cluster.Give(blog).reply.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(cluster.Give(cluster.Scaling(0)).reply.error().code, Code::kInvalidArgument);
  EXPECT_EQ(cluster.Give(cluster.Scaling(kMembersMax + 1)).reply.error().code, Code::kInvalidArgument);
  cluster.AddInstance("new");
  auto fresh = cluster.Scaling(2);
  fresh.instance = "new";
  EXPECT_TRUE(cluster.Give(fresh).reply.ok());
  EXPECT_EQ(MembersOf(cluster.state, "new").size(), 2U);
}

}  // namespace
}  // namespace edm::master
