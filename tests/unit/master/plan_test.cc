#include "master/core/placement/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "common/base/text.h"
#include "common/model/member_name.h"
#include "master/core/placement/request_for.h"
#include "tests/fakes/master/random_cluster.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

std::uint64_t Cases() {
  const auto* asked = std::getenv("EDM_TEST_PLANS");
  return asked == nullptr ? 1'000 : std::strtoull(asked, nullptr, 10);
}

PlacementPlan PlanFor(const State& state, const InstanceRecord& instance) {
  Sites sites(state);
  return MakePlan(RequestFor(state, instance, {}), sites, PolicyOf(state), {});
}

// A deploy of an instance that is made for it, up to its order.
std::string DeployWith(State& state, Moment now, const InstanceRecord& instance, const std::string& revision,
                       bool require) {
  Begin begin;
  begin.kind = OperationKind::kDeploy;
  begin.instance = instance.instance.id;
  begin.operation = "op-" + instance.instance.id;
  begin.origin.actor = "ann";
  begin.create = instance.instance;
  begin.upload = Source{.kind = SourceKind::kUpload};
  begin.plan_revision = revision;
  begin.require_plan = require;
  (void)Decide(state, begin, now);
  (void)Decide(state, SourceTaken{begin.operation, ClusterFixture::Uploaded()}, now);
  return begin.operation;
}

Candidate Of(const PlacementPlan& plan, const std::string& worker) {
  const auto& all = plan.placement.candidates;
  const auto at = std::ranges::find(all, worker, &Candidate::worker);
  return at == all.end() ? Candidate{} : *at;
}

// What has changed of one of the two workers is told in the words in which it was weighed.
bool NamesACause(const std::string& difference, const PlacementPlan& plan, const PlacementPlan& now) {
  for (const auto& worker : {plan.placement.worker, now.placement.worker}) {
    const auto then = Of(plan, worker), today = Of(now, worker);
    const bool changed = then.feasible != today.feasible || then.score != today.score;
    if (changed && difference.ends_with(Said(today.reasons) + (today.feasible ? ")" : ""))) return true;
  }
  return false;
}

TEST(Plan, IsKeptWhileItsRevisionIsTheSameAndElseTheDifferenceIsTold) {
  std::uint64_t kept = 0, told = 0, same_place = 0;
  for (std::uint64_t seed = 1; seed <= Cases(); ++seed) {
    RandomCluster cluster(seed, 3 + seed % 40);
    for (auto changes = cluster.Below(20); changes > 0; --changes) cluster.Change();
    auto& state = cluster.state();
    auto instance = cluster.NextInstance();
    if (IsMember(instance.instance.id)) instance = cluster.NextInstance();  // which nobody deploys alone
    const auto plan = PlanFor(state, instance);
    for (auto changes = cluster.Below(6); changes > 0; --changes) cluster.Change();
    const auto now = PlanFor(state, instance);
    const bool require = cluster.OneIn(3);
    const auto id = DeployWith(state, cluster.now, instance, plan.revision, require);
    const auto& operation = *state.operations.Find(id);
    const bool differs = now.placement.worker != plan.placement.worker;
    if (now.revision == plan.revision) {
      ++kept;
      ASSERT_FALSE(differs) << "seed " << seed;
    }
    ASSERT_EQ(!operation.operation.plan_difference.empty(), differs) << "seed " << seed;
    if (now.placement.worker.empty()) continue;  // it waits, or was to be as planned
    ASSERT_EQ(operation.worker, differs && require ? "" : now.placement.worker) << "seed " << seed;
    if (!operation.worker.empty()) {
      const auto& placement = state.instances.Find(instance.instance.id)->instance.status.placement;
      ASSERT_EQ(placement->revision, now.revision) << "seed " << seed;
      ASSERT_EQ(ReasonOf(*placement).ends_with(", as planned"), now.revision == plan.revision)
          << "seed " << seed;
      ASSERT_EQ(ReasonOf(*placement).find("as planned (") != std::string::npos,
                now.revision != plan.revision && !differs)
          << "seed " << seed << ": " << ReasonOf(*placement);
    }
    told += differs ? 1 : 0;
    same_place += !differs && now.revision != plan.revision ? 1 : 0;
    if (!differs) continue;
    ASSERT_EQ(operation.operation.failure.has_value(), require) << "seed " << seed;
    if (require) {
      ASSERT_EQ(operation.operation.failure->code, Code::kAborted) << "seed " << seed;
    }
    const auto& difference = operation.operation.plan_difference;
    ASSERT_NE(difference.find(plan.placement.worker), std::string::npos) << "seed " << seed;
    ASSERT_NE(difference.find(now.placement.worker), std::string::npos) << "seed " << seed;
    ASSERT_TRUE(NamesACause(difference, plan, now)) << "seed " << seed << ": " << difference;
  }
  EXPECT_GT(kept, Cases() / 10);
  EXPECT_GT(told, Cases() / 50);
  EXPECT_GT(same_place, Cases() / 10);
}

TEST(Plan, SaysWhyThePlannedWorkerIsNoMoreTheBest) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  InstanceRecord shop;
  shop.instance.id = "shop";
  shop.instance.owner = shop.instance.project = "ann";
  const auto plan = PlanFor(cluster.state, shop);
  EXPECT_EQ(plan.placement.worker, "w1");
  cluster.AddWorker("w2");
  auto busy = ClusterFixture::FreeLoad();
  busy.cpu = busy.cpu_lasting = 0.9;
  (void)cluster.Tell(WorkerBeat{"w1", "session-w1", busy, {}});
  const auto& operation =
      cluster.Op(DeployWith(cluster.state, cluster.now, shop, plan.revision, false)).operation;
  EXPECT_EQ(operation.plan_difference,
            "planned on w1 (0.99), and it goes to w2 (0.99): w1 has 0.10 (load 0.90)");
  ASSERT_EQ(operation.warnings.size(), 1U);
  EXPECT_EQ(operation.warnings[0], "not as planned: " + operation.plan_difference);
}

TEST(Plan, ThatNobodyTakesItNowDiffersFromThePlan) {
  for (const bool require : {false, true}) {
    ClusterFixture cluster;
    cluster.AddWorker("w1");
    InstanceRecord shop;
    shop.instance.id = "shop";
    shop.instance.owner = shop.instance.project = "ann";
    const auto plan = PlanFor(cluster.state, shop);
    (void)cluster.Give(ChangeWorker{.id = "w1", .availability = Availability::kClosed});
    const auto id = DeployWith(cluster.state, cluster.now, shop, plan.revision, require);
    EXPECT_EQ(cluster.Op(id).operation.plan_difference,
              "planned on w1 (0.99), and no worker takes it now: w1 is cordoned");
    EXPECT_EQ(cluster.Op(id).operation.failure.has_value(), require);
    if (require) continue;
    // It waits, and goes as planned after all.
    (void)cluster.Give(ChangeWorker{.id = "w1", .availability = Availability::kActive});
    cluster.Pass(Millis(500));
    EXPECT_EQ(cluster.Op(id).worker, "w1");
    EXPECT_EQ(cluster.Op(id).operation.plan_difference, "");
  }
}

TEST(Plan, RevisionIsChecked) {
  for (const auto* bad :
       {"x", "12.3", "12.3.", "zz.3.w1", "12.x.w1", "12.3.W_1", "12.3.w1.", "-1.3.w1", ".."})
    EXPECT_FALSE(CheckPlanRevision(bad).ok()) << bad;
  EXPECT_TRUE(CheckPlanRevision("00ff00ff00ff00ff.870000000.w1").ok());
  EXPECT_TRUE(CheckPlanRevision("00ff00ff00ff00ff.0.-").ok());
}

}  // namespace
}  // namespace edm::master
