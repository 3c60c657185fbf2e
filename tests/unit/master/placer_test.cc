#include "master/core/placement/placer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "common/base/text.h"
#include "master/core/placement/judge.h"
#include "master/core/placement/request_for.h"
#include "tests/fakes/master/random_cluster.h"

namespace edm::master {
namespace {

// Enough to fail when a change is not noticed; EDM_TEST_CLUSTERS=10000 after a change to placement.
std::uint64_t Clusters() {
  const auto* asked = std::getenv("EDM_TEST_CLUSTERS");
  return asked == nullptr ? 60 : std::strtoull(asked, nullptr, 10);
}

Hope BestHope(const Question& question, const Sites& sites) {
  auto best = Hope::kNever;
  for (Sites::Slot slot = 0; slot < sites.end(); ++slot) {
    if (sites.Holds(slot)) best = std::min(best, HopeOf(question, sites[slot]));
  }
  return best;
}

// One placement both ways: by what is remembered, and by a look at everything as if nothing were known.
void PlaceBothWays(RandomCluster& cluster, std::uint64_t seed) {
  const PlacementPolicy policy{.seed = seed};
  auto instance = cluster.NextInstance();
  if (cluster.OneIn(20))
    instance.instance.status.worker = RandomCluster::WorkerId(cluster.Below(cluster.workers()));
  auto request = RequestFor(cluster.state(), instance, cluster.now.steady);
  if (cluster.OneIn(10)) request.rejected_by = {{RandomCluster::WorkerId(0), "no"}};
  if (cluster.OneIn(20)) request.cached = {RandomCluster::WorkerId(cluster.Below(cluster.workers()))};
  if (cluster.OneIn(30)) request.holder = RandomCluster::WorkerId(cluster.Below(cluster.workers()));

  Sites fresh(cluster.state());
  const auto wanted = Place(request, fresh, policy, cluster.now.wall);
  const auto found = cluster.placer().Place(request, policy, cluster.now.wall);
  ASSERT_EQ(found.placement.worker, wanted.worker) << "seed " << seed << ", " << request.instance;
  ASSERT_EQ(found.placement.workers, wanted.workers);
  if (wanted.worker.empty()) {
    if (!request.holder.empty()) return;  // whatever the others leave, it waits for its holder
    ASSERT_LE(found.hope, BestHope(QuestionOf(request, fresh, policy), fresh)) << "seed " << seed;
    return;
  }
  ASSERT_EQ(ReasonOf(found.placement), ReasonOf(wanted)) << "seed " << seed;
  ASSERT_EQ(found.placement.candidates.front().score, wanted.candidates.front().score);
  if (!cluster.OneIn(3)) cluster.Settle(std::move(instance), wanted.worker);
}

TEST(Placer, ChoosesWhatALookAtEveryWorkerChooses) {
  for (std::uint64_t seed = 1; seed <= Clusters(); ++seed) {
    RandomCluster cluster(seed, 1 + seed * 7 % 60);
    for (int step = 0; step < 60; ++step) {
      for (auto changes = cluster.Below(6); changes > 0; --changes) cluster.Change();
      PlaceBothWays(cluster, seed);
      if (HasFatalFailure()) return;
    }
  }
}

// All of one project, so that every worker has some of it: a ranking that does not know of them gives up.
TEST(Placer, ChoosesTheSameForThoseOfOneLargeProject) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    RandomCluster cluster(seed, 100);
    for (int step = 0; step < 200; ++step) {
      auto instance = cluster.NextInstance();
      instance.instance.project = "shop";
      instance.instance.spec = {};
      if (step % 3 == 0) instance.instance.spec.requirements.spread_by = "zone";
      const auto request = RequestFor(cluster.state(), instance, cluster.now.steady);
      const auto found = cluster.placer().Place(request, {}, cluster.now.wall).placement;
      Sites fresh(cluster.state());
      ASSERT_EQ(found.worker, Place(request, fresh, {}, cluster.now.wall).worker) << "seed " << seed;
      cluster.Settle(std::move(instance), found.worker);
    }
  }
}

TEST(Placer, KeepsSoManyRankingsAndNoMore) {
  RandomCluster cluster(1, 20);
  for (std::uint32_t memory = 1; memory <= 3 * Placer::kRankingsMax; ++memory) {
    const PlacementRequest request{.instance = "i", .memory_mib = memory};
    (void)cluster.placer().Place(request, {}, cluster.now.wall);
    EXPECT_LE(cluster.placer().rankings(), Placer::kRankingsMax);
  }
}

TEST(Placer, RecordsOfManyWorkersTheBestAndWhyOthersAreNone) {
  RandomCluster cluster(3, 300);
  const auto placement = cluster.placer().Place({.instance = "i"}, {}, cluster.now.wall).placement;
  EXPECT_EQ(placement.candidates.size(), kCandidatesBest);
  EXPECT_EQ(placement.workers, 300U);
  EXPECT_FALSE(RefusalsOf(placement).empty());
  std::uint64_t refused = 0;
  for (const auto& line : Split(RefusalsOf(placement), ',')) refused += std::stoul(line);
  const auto full = PlaceInFull({.instance = "i"}, *std::make_unique<Sites>(cluster.state()), {}, {});
  EXPECT_EQ(refused,
            static_cast<std::uint64_t>(std::ranges::count(full.candidates, false, &Candidate::feasible)));
}

}  // namespace
}  // namespace edm::master
