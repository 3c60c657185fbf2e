#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/version.h"
#include "master/core/placement/judge.h"
#include "master/core/placement/place.h"

namespace edm::master {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kMember = "shop_1";

// A member of a set that is spread by zones, has been on this worker and has images there.
PlacementRequest Request(const Instance& like) {
  return {.instance = kMember,
          .group = GroupOf(like.owner, like.project),
          .affinities = {{"disk", "ssd", 40}, {"tier", "one", -10}, {"disk", "hdd", 40}},
          .spread_by = "zone",
          .at = "w1",
          .cached = {"w1"}};
}

class Reasons : public testing::Test {
 protected:
  Reasons() {
    worker.facts.id = "w1";
    worker.facts.cores = 2;
    worker.facts.labels = {{"zone", "a"}, {"disk", "ssd"}, {"tier", "one"}};
    worker.state = WorkerState::kReady;
    worker.session = "s";
    worker.protocol = kProtocolNewest;
    worker.background = 0.214;
    worker.load = Load{.cpu = 0.55,
                       .memory_total_mib = 4'000,
                       .memory_available_mib = 3'000,
                       .disk_total_mib = 100'000,
                       .disk_free_mib = 9'000,
                       .running = 3,
                       .building = 2,
                       .networks_free = 200};
    for (std::uint32_t number = 1; number <= 3; ++number) {
      auto& one = instances.emplace_back().instance;
      one.id = "shop_" + std::to_string(number);
      one.owner = "ann";
      one.project = "shop";
      one.spec.memory_mib = 1'000;
      one.status.worker = "w1";
      one.status.phase = Phase::kRunning;
    }
  }

  std::vector<std::string> Told(const PlacementRequest& request, const PlacementPolicy& policy = {}) {
    Sites sites;
    (void)sites.WorkerChanged(std::make_shared<const WorkerRecord>(worker));
    for (const auto& one : instances) (void)sites.InstanceChanged(one);
    std::vector<std::string> told;
    for (const auto& reason : Weighed(QuestionOf(request, sites, policy), sites[0]))
      told.push_back(Said(reason));
    return told;
  }

  WorkerRecord worker;
  std::vector<InstanceRecord> instances;
};

TEST_F(Reasons, EachScoreSaysWhatItWeighed) {
  const auto request = Request(instances.front().instance);
  EXPECT_THAT(Told(request),
              ElementsAre("load 0.21 (0.55 with what passes)", "2 builds", "75 % reserved", "disk 91 % full",
                          "has cache", "was there before", "disk=ssd, tier=one +0.15", "2 of its project",
                          "2 other members of shop", "zone=a has 2 of its project"));
  worker.reservations.resize(3);
  worker.load->cpu = 0.22;
  EXPECT_THAT(Told({.instance = "blog"}),
              ElementsAre("load 0.21", "3 orders under way", "75 % reserved", "disk 91 % full"));
}

TEST_F(Reasons, EachScoreOfAPackedWorkerSaysWhatItWeighed) {
  EXPECT_THAT(Told({.instance = "blog"}, {.strategy = Strategy::kBinpack}),
              ElementsAre("38 % full", "load 0.21", "disk 91 % full"));
}

TEST_F(Reasons, OfOneAreSaidAsOne) {
  instances.resize(2);
  worker.reservations.resize(1);
  worker.settling = 0;
  worker.facts.labels.erase("zone");
  auto request = Request(instances.front().instance);
  request.affinities.clear();
  request.cached.clear();
  request.at.clear();
  request.instance = "shop_3";
  instances.pop_back();
  EXPECT_THAT(Told(request), ElementsAre("load 0.21 (0.55 with what passes)", "1 order under way", "2 builds",
                                         "disk 91 % full", "1 of its project", "1 other member of shop",
                                         "no zone: 1 of its project"));
}

TEST_F(Reasons, OutliveWhatTheyAreOf) {
  Placement placement;
  {
    Sites sites;
    (void)sites.WorkerChanged(std::make_shared<const WorkerRecord>(worker));
    placement = Place({.instance = "blog", .affinities = {{"disk", "ssd", 40}}}, sites, {}, {});
  }
  EXPECT_EQ(ReasonOf(placement),
            "load 0.21 (0.55 with what passes), 2 builds, disk 91 % full, disk=ssd +0.20");
}

TEST(Refusals, AreCountedTheMostFrequentFirst) {
  Placement placement;
  EXPECT_THAT(RefusalsOf(placement), IsEmpty());
  placement.refused = {{"is cordoned", 1}, {"has no network left", 0}, {"lacks memory", 2}, {"is lost", 2}};
  EXPECT_EQ(RefusalsOf(placement), "2 lack memory, 2 are lost, 1 is cordoned");
  placement.told_refusals = "1 is cordoned";
  EXPECT_EQ(RefusalsOf(placement), "1 is cordoned");
}

}  // namespace
}  // namespace edm::master
