#include "master/core/evict.h"

#include <gtest/gtest.h>

#include "common/model/epoch.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

Observation Running(std::uint32_t attempt, std::uint32_t release = 1) {
  return {.instance = "shop",
          .attempt = attempt,
          .phase = Phase::kRunning,
          .health = Health::kHealthy,
          .release = release};
}

WorkerBeat Beat(const std::string& worker, std::vector<Observation> changed) {
  return {worker, "session-" + worker, ClusterFixture::FreeLoad(), std::move(changed)};
}

// All that decides about the copy on w1, each in every combination.
struct Facts {
  bool exists, built;
  std::string holder;  // "", "w1", "w2"
  bool holder_there, holder_reports, shares_engine;
  std::string open;  // "", "at w1", "from w1", "delete", "at w2"
};

State StateOf(const Facts& facts) {
  State state;
  for (const auto* id : {"w1", "w2"}) {
    WorkerRecord worker;
    worker.facts.id = id;
    worker.facts.engine.id = facts.shares_engine ? "one" : id;
    const bool there = id == std::string("w1") || facts.holder_there;
    worker.state = there ? WorkerState::kReady : WorkerState::kLost;
    worker.session = there ? "s" : "";
    state.workers.Put(id, std::make_shared<const WorkerRecord>(worker));
  }
  if (facts.exists) {
    InstanceRecord record;
    record.instance.id = "shop";
    record.instance.status.worker = facts.holder;
    state.instances.Put("shop", std::make_shared<const InstanceRecord>(record));
  }
  if (facts.built) {
    Release release;
    release.instance = "shop";
    release.number = 1;
    state.releases.Put(ReleaseKey("shop", 1), std::make_shared<const Release>(release));
  }
  if (!facts.open.empty()) {
    OperationRecord open;
    open.operation.id = "op-1";
    open.operation.instance = "shop";
    open.operation.state = OperationState::kRunning;
    if (facts.open == "delete") open.operation.kind = OperationKind::kDelete;
    if (facts.open == "at w1") open.worker = "w1";
    if (facts.open == "at w2" || facts.open == "from w1") open.worker = "w2";
    if (facts.open == "from w1") open.plan.move = MovePlan{.from = "w1"};
    state.operations.Put("op-1", std::make_shared<const OperationRecord>(open));
    state.open.Insert("op-1", "shop");
  }
  state.watch.copies.Add("w1", "shop");
  if (facts.holder_reports) state.watch.copies.Add("w2", "shop");
  return state;
}

TEST(Eviction, NeverTakesTheOnlyCopy) {
  int left = 0, gone = 0;
  for (const bool exists : {false, true})
    for (const bool built : {false, true})
      for (const auto* holder : {"", "w1", "w2"})
        for (const bool holder_there : {false, true})
          for (const bool holder_reports : {false, true})
            for (const bool shares : {false, true})
              for (const auto* open : {"", "at w1", "from w1", "delete", "at w2"}) {
                const Facts facts{exists, built, holder, holder_there, holder_reports, shares, open};
                const auto claim = JudgeCopy(StateOf(facts), "w1", "shop");
                const bool named = *open != '\0' && std::string(open) != "at w2";
                const bool other_copy =
                    std::string(holder) == "w2" && holder_there && holder_reports && !shares;
                const bool nothing_to_lose = !exists || (std::string(holder).empty() && !built);
                if (claim == Claim::kLeft) {
                  ++left;
                  EXPECT_TRUE(exists && other_copy && !named) << holder << open;
                }
                if (claim == Claim::kGone) {
                  ++gone;
                  EXPECT_TRUE(nothing_to_lose && !named) << holder << open;
                }
                // And what may go does go.
                EXPECT_TRUE(claim == Claim::kLeft || !exists || !other_copy || named);
                EXPECT_TRUE(claim == Claim::kGone || !nothing_to_lose || named);
              }
  EXPECT_GT(left, 0);
  EXPECT_GT(gone, 0);
}

TEST(Eviction, OfWhatIsUnknownWaitsWhereAStateWasRestored) {
  struct Case {
    std::uint32_t epoch;
    bool deleted;
    Claim claim;
  };
  for (const auto& one : std::vector<Case>{{1, false, Claim::kGone},
                                           {kEpochLeap, false, Claim::kGone},
                                           {kEpochLeap + 1, false, Claim::kWaiting},
                                           {kEpochLeap * 2 + 9, false, Claim::kWaiting},
                                           {kEpochLeap + 1, true, Claim::kGone}}) {
    auto state = StateOf({.exists = false});
    state.epoch = one.epoch;
    if (one.deleted) state.watch.deleted.insert("shop");
    EXPECT_EQ(JudgeCopy(state, "w1", "shop"), one.claim) << one.epoch << one.deleted;
    // Made again under its id, and not deployed yet.
    state.instances = StateOf({.exists = true}).instances;
    EXPECT_EQ(JudgeCopy(state, "w1", "shop"), one.claim) << one.epoch << one.deleted;
  }
}

// What an instance made anew is built beside would be taken for its own, should the build fail.
TEST(Eviction, OfTheOneBeforeComesBeforeTheOneThatIsMadeAnew) {
  ClusterFixture cluster;
  cluster.AddWorker("w1", {Running(1)});
  cluster.AddInstance("shop");
  const auto deploy = cluster.DeployToOrder();
  EXPECT_EQ(cluster.Op(deploy).plan.stage, Stage::kPlace);
  EXPECT_EQ(cluster.Op(deploy).operation.steps[1].detail,
            "waits: 1 worker: 1 still has what was deleted under this id");
  cluster.Pass(cluster.state.settings.evict_after + Millis(1'000));
  EXPECT_EQ(cluster.state.watch.copies.Find("w1", "shop")->evicting, 2U);
  (void)cluster.Tell(Beat("w1", {{.instance = "shop", .attempt = 2, .phase = Phase::kDeleted}}));
  cluster.Pass(Millis(500));
  EXPECT_EQ(cluster.Op(deploy).worker, "w1");
  EXPECT_EQ(cluster.Op(deploy).attempt, 3U);
}

TEST(Eviction, OfWhatARestoredMasterDeletedItselfGoesOn) {
  ClusterFixture cluster;
  cluster.state.epoch = kEpochLeap + 1;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  const auto asked = cluster.Asking(OperationKind::kDelete);
  (void)cluster.Give(asked);
  (void)cluster.End(asked.operation, Phase::kDeleted);
  (void)cluster.Tell(RepoDeleted{asked.operation, Ok()});
  ASSERT_EQ(cluster.state.instances.Find("shop"), nullptr);
  cluster.AddWorker("w2", {Running(1)});  // which had been away
  cluster.Pass(cluster.state.settings.evict_after + Millis(1'000));
  EXPECT_EQ(cluster.state.watch.copies.Find("w2", "shop")->evicting, 2U);
}

// `shop` runs on w2, and w1 still has what it was before it moved.
struct LeftFixture : ClusterFixture {
  LeftFixture() {
    AddWorker("w1");
    AddInstance("shop");
    (void)DeployToRunning();
    AddWorker("w2");
    (void)Tell(Beat("w1", {Running(1)}));
    const auto move = Asking(OperationKind::kMove);
    (void)Give(move);
    (void)Event(move.operation, 1, Built{{{"web", "sha256:2"}}, "", {}});
    (void)End(move.operation, Phase::kRunning, 1);
  }
  // Built on w1, and never moved.
  void LeaveRelease() {
    auto left = *state.releases.Find(ReleaseKey("shop", 1));
    left.worker = "w1";
    state.releases.Put(ReleaseKey("shop", 1), std::make_shared<const Release>(left));
  }
  const EvictCopy* Tick(Decision& kept, Millis by) {
    now.wall += by;
    now.steady += by;
    kept = Tell(master::Tick{});
    return EffectOf<EvictCopy>(kept);
  }
  // Once w2 has the new copy and nobody calls the old one any more.
  bool Evicts() {
    Decision kept;
    (void)Tell(Beat("w2", {Running(2)}));
    (void)Tick(kept, Millis(500));
    return Tick(kept, state.settings.evict_after) != nullptr;
  }
};

TEST(Eviction, WaitsForTheNewCopyAndForThoseWhoStillCallTheOldOne) {
  LeftFixture cluster;
  Decision kept;
  EXPECT_EQ(cluster.Tick(kept, Millis(500)), nullptr);
  EXPECT_EQ(cluster.Tick(kept, Millis(500)), nullptr) << "w2 has not reported it yet";
  (void)cluster.Tell(Beat("w2", {Running(2)}));
  EXPECT_EQ(cluster.Tick(kept, Millis(500)), nullptr);
  const auto* evict = cluster.Tick(kept, cluster.state.settings.evict_after - Millis(500));
  EXPECT_EQ(evict, nullptr);
  evict = cluster.Tick(kept, Millis(500));
  ASSERT_NE(evict, nullptr);
  EXPECT_EQ(evict->worker, "w1");
  EXPECT_EQ(evict->order.instance, "shop");
  EXPECT_EQ(evict->order.target, Target::kDeleted);
  EXPECT_EQ(evict->order.attempt, 3U) << "above the copy's own, and not that of the move";
  EXPECT_TRUE(evict->order.keep_volumes);
  EXPECT_TRUE(evict->order.leave_address);
}

TEST(Eviction, IsOrderedAgainUntilTheCopyIsReportedNoMore) {
  LeftFixture cluster;
  Decision kept;
  (void)cluster.Tell(Beat("w2", {Running(2)}));
  (void)cluster.Tick(kept, Millis(500));
  ASSERT_NE(cluster.Tick(kept, cluster.state.settings.evict_after), nullptr);
  EXPECT_EQ(cluster.Tick(kept, Millis(1'000)), nullptr);
  for (int i = 0; i < 5; ++i) {
    (void)cluster.Tell(Beat("w1", {}));
    (void)cluster.Tell(Beat("w2", {}));
    (void)cluster.Tick(kept, Millis(1'000));
    if (EffectOf<EvictCopy>(kept) != nullptr) break;
  }
  EXPECT_NE(EffectOf<EvictCopy>(kept), nullptr);
  auto deleted = Running(2, 0);
  deleted.phase = Phase::kDeleted;
  const auto gone = cluster.Tell(Beat("w1", {deleted}));
  bool address = false;
  for (const auto& change : gone.changes) {
    const auto* put = std::get_if<StoredAddress>(&change);
    address |= put != nullptr && put->address == "w2.example";
  }
  EXPECT_TRUE(address) << "whatever w1 put there meanwhile, the address is that of the holder";
  for (int i = 0; i < 100; ++i) {
    (void)cluster.Tell(Beat("w1", {}));
    (void)cluster.Tell(Beat("w2", {}));
    EXPECT_EQ(cluster.Tick(kept, Millis(1'000)), nullptr);
  }
}

TEST(Eviction, OfACopyThatTheInstanceReturnsToIsNotOrdered) {
  LeftFixture cluster;
  Decision kept;
  (void)cluster.Tell(Beat("w2", {Running(2)}));
  (void)cluster.Tick(kept, Millis(500));
  const auto back = cluster.Asking(OperationKind::kMove);
  const auto begun = cluster.Give(back);
  EXPECT_EQ(EffectOf<SendOrder>(begun)->worker, "w1");
  EXPECT_EQ(cluster.Tick(kept, cluster.state.settings.evict_after), nullptr);
}

TEST(Eviction, KnowsAfterAMastersStartWhatIsLeftOver) {
  LeftFixture cluster;
  Decision kept;
  cluster.state.watch = {};
  cluster.AddWorker("w1", {Running(1)});
  cluster.Pass(cluster.state.settings.evict_after * 3);
  EXPECT_EQ(cluster.state.watch.copies.Find("w1", "shop")->evicting, 0U) << "w2 has not said that it has one";
  cluster.AddWorker("w2", {Running(2)});
  cluster.Pass(cluster.state.settings.evict_after + Millis(1'000));
  EXPECT_EQ(cluster.state.watch.copies.Find("w1", "shop")->evicting, 3U);
}

TEST(Eviction, SharesItsNumberWithNoOrderUnderWay) {
  LeftFixture cluster;
  Decision kept;
  (void)cluster.Tell(Beat("w2", {Running(2)}));
  const auto start = cluster.Give(cluster.Asking(OperationKind::kRestart));
  const auto* evict = cluster.Tick(kept, Millis(500));
  while (evict == nullptr) evict = cluster.Tick(kept, Millis(500));
  EXPECT_GT(evict->order.attempt, EffectOf<SendOrder>(start)->order.attempt);
  const auto stop = cluster.Give(cluster.Asking(OperationKind::kStop));
  EXPECT_GT(EffectOf<SendOrder>(stop)->order.attempt, evict->order.attempt);
}

// A deploy that goes elsewhere while the worker is lost, and a rollback to what was built there.
TEST(Eviction, TakesReleasesAlongThatAreBuiltAgainWhereTheyAreWanted) {
  LeftFixture cluster;
  cluster.LeaveRelease();
  ASSERT_TRUE(cluster.Evicts());
  auto deleted = Running(3, 0);
  deleted.phase = Phase::kDeleted;
  (void)cluster.Tell(Beat("w1", {deleted}));
  EXPECT_EQ(cluster.state.releases.Find(ReleaseKey("shop", 1))->worker, "");
}

// It moves back before anybody heard that the eviction is done.
TEST(Eviction, TakesReleasesAlongThoughAnOrderFollowsAtOnce) {
  LeftFixture cluster;
  cluster.LeaveRelease();
  ASSERT_TRUE(cluster.Evicts());
  const auto begun = cluster.Give(cluster.Asking(OperationKind::kMove));
  ASSERT_NE(EffectOf<SendOrder>(begun), nullptr);
  EXPECT_EQ(EffectOf<SendOrder>(begun)->worker, "w1");
  EXPECT_TRUE(EffectOf<SendOrder>(begun)->order.build);
}

TEST(Eviction, WhatAWorkerHasNotWhenItRegistersIsBuiltAgain) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  cluster.AddInstance("shop");
  (void)cluster.DeployToRunning();
  cluster.AddWorker("w1", {Running(1)});
  EXPECT_EQ(cluster.state.releases.Find(ReleaseKey("shop", 1))->worker, "w1");
  cluster.AddWorker("w1", {});
  const auto start = cluster.Give(cluster.Asking(OperationKind::kStart));
  ASSERT_NE(EffectOf<SendOrder>(start), nullptr);
  EXPECT_TRUE(EffectOf<SendOrder>(start)->order.build);
}

TEST(Eviction, GivesALaterOrderAHigherNumber) {
  LeftFixture cluster;
  Decision kept;
  (void)cluster.Tell(Beat("w2", {Running(2)}));
  (void)cluster.Tell(
      Beat("w1", {Running(7)}));  // of an instance of that name that was deleted while w1 was away
  (void)cluster.Tick(kept, Millis(500));
  const auto* evict = cluster.Tick(kept, cluster.state.settings.evict_after);
  ASSERT_NE(evict, nullptr);
  EXPECT_EQ(evict->order.attempt, 8U);
  const auto begun = cluster.Give(cluster.Asking(OperationKind::kMove));
  EXPECT_EQ(EffectOf<SendOrder>(begun)->worker, "w1");
  EXPECT_EQ(EffectOf<SendOrder>(begun)->order.attempt, 9U);
}

}  // namespace
}  // namespace edm::master
