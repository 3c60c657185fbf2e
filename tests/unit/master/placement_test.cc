#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "common/base/version.h"
#include "master/core/placement/judge.h"
#include "master/core/placement/place.h"

namespace edm::master {
namespace {

WorkerRecord Ready(const std::string& id, double cpu) {
  WorkerRecord worker;
  worker.facts.id = id;
  worker.facts.cores = 2;
  worker.state = WorkerState::kReady;
  worker.session = "s";
  worker.protocol = kProtocolNewest;
  worker.load = Load{.cpu = cpu,
                     .cpu_lasting = cpu,
                     .memory_total_mib = 64'000,
                     .memory_available_mib = 60'000,
                     .disk_total_mib = 100'000,
                     .disk_free_mib = 90'000,
                     .networks_free = 200};
  worker.background = cpu;
  return worker;
}

Sites SitesOf(const std::vector<WorkerRecord>& workers) {
  Sites sites;
  for (const auto& one : workers) (void)sites.WorkerChanged(std::make_shared<const WorkerRecord>(one));
  return sites;
}

Placement PlaceOn(const std::vector<WorkerRecord>& workers, const PlacementRequest& request) {
  auto sites = SitesOf(workers);
  return Place(request, sites, {}, {});
}

std::vector<std::string> RefusalsOf(const PlacementRequest& request, const WorkerRecord& worker) {
  auto sites = SitesOf({worker});
  return Refusals(QuestionOf(request, sites, {}), sites[0]);
}

// Places `count` instances one after the other, reserving each: nothing is reported in between.
std::map<std::string, int> PlaceAtOnce(std::vector<WorkerRecord> workers, int count) {
  std::map<std::string, int> chosen;
  for (int i = 0; i < count; ++i) {
    PlacementRequest request;
    request.instance = "i" + std::to_string(i);
    const auto placement = PlaceOn(workers, request);
    ++chosen[placement.worker];
    for (auto& worker : workers) {
      if (worker.facts.id == placement.worker)
        worker.reservations.push_back(
            {.operation = request.instance, .memory_mib = request.memory_mib, .new_network = true});
    }
  }
  return chosen;
}

TEST(Placement, SpreadsAHundredBuildsSentAtOnce) {
  const auto chosen = PlaceAtOnce({Ready("a", 0.2), Ready("b", 0.2), Ready("c", 0.2), Ready("d", 0.2)}, 100);
  for (const auto& [worker, count] : chosen) EXPECT_NEAR(count, 25, 2) << worker;
}

TEST(Placement, SharesEquallyBetweenEqualLoads) {
  for (const double cpu : {0.0, 0.1, 0.5, 0.95}) {
    const auto chosen = PlaceAtOnce({Ready("a", cpu), Ready("b", cpu)}, 20);
    EXPECT_GE(chosen.at("a"), 8);
    EXPECT_LE(chosen.at("a"), 12);
  }
}

TEST(Placement, SharesNearlyEquallyBetweenNearlyEqualLoads) {
  const auto chosen = PlaceAtOnce({Ready("a", 0.20), Ready("b", 0.32)}, 20);
  EXPECT_GE(chosen.at("b"), 8);
  const auto idle = PlaceAtOnce({Ready("a", 0.0), Ready("b", 0.1)}, 20);
  EXPECT_EQ(idle.at("b"), 10) << "what daemons take";
}

TEST(Placement, GivesFewToAWorkerWithHalfOfItsCoresHogged) {
  auto chosen = PlaceAtOnce({Ready("hogged", 0.55), Ready("free", 0.05)}, 20);
  EXPECT_GE(chosen["free"], 15);
}

TEST(Placement, GivesFewToAWorkerWhoseCpuIsHogged) {
  for (const double other : {0.0, 0.1, 0.15}) {
    auto chosen = PlaceAtOnce({Ready("hogged", 0.9), Ready("free", other)}, 20);
    EXPECT_GE(chosen["free"], 15) << other;
  }
}

TEST(Placement, StaysWhereTheImagesAre) {
  PlacementRequest request{.instance = "i", .needs_network = false, .holder = "b"};
  EXPECT_EQ(PlaceOn({Ready("a", 0), Ready("b", 0.99)}, request).worker, "b");
  auto lost = Ready("b", 0);
  lost.state = WorkerState::kLost;
  const auto placement = PlaceOn({Ready("a", 0), lost}, request);
  EXPECT_EQ(placement.worker, "");
  EXPECT_EQ(placement.candidates.size(), 2U);
}

struct RefusalCase {
  const char* name;
  void (*spoil)(WorkerRecord&);
  const char* reason;
};

TEST(Placement, SaysWhyAWorkerCannotTakeIt) {
  const RefusalCase cases[] = {
      {"not registered", [](WorkerRecord& w) { w.session.clear(); }, "has not registered yet"},
      {"cordoned", [](WorkerRecord& w) { w.availability = Availability::kClosed; }, "is cordoned"},
      {"draining", [](WorkerRecord& w) { w.availability = Availability::kEmptying; }, "is draining"},
      {"lost", [](WorkerRecord& w) { w.state = WorkerState::kLost; }, "is lost: no beat came for a while"},
      {"protocol", [](WorkerRecord& w) { w.protocol = 7; }, "speaks protocol 7, this master 1"},
      {"no load", [](WorkerRecord& w) { w.load.reset(); }, "has not reported its load yet"},
      {"memory", [](WorkerRecord& w) { w.load->memory_available_mib = 100; },
       "has 100 MiB of memory free and 0 promised, 256 are needed"},
      {"disk", [](WorkerRecord& w) { w.load->disk_free_mib = 10; },
       "has 10 MiB of disk free, 1024 are needed"},
      {"networks", [](WorkerRecord& w) { w.load->networks_free = 0; }, "has no network left on its engine"},
      {"label", [](WorkerRecord& w) { w.facts.labels["zone"] = "b"; }, "lacks label zone=a"},
  };
  for (const auto& one : cases) {
    auto worker = Ready("w", 0.1);
    worker.facts.labels["zone"] = "a";
    one.spoil(worker);
    PlacementRequest request{.instance = "i", .labels = {{"zone", "a"}}};
    const auto reasons = RefusalsOf(request, worker);
    ASSERT_EQ(reasons.size(), 1U) << one.name;
    EXPECT_EQ(reasons[0], one.reason) << one.name;
    EXPECT_EQ(PlaceOn({worker}, request).worker, "") << one.name;
  }
}

TEST(Placement, CountsWhatItPromisedAgainstMemoryAndNetworks) {
  auto worker = Ready("w", 0.1);
  worker.load->memory_available_mib = 600;
  worker.load->networks_free = 2;
  auto chosen = PlaceAtOnce({worker}, 5);
  EXPECT_EQ(chosen["w"], 2);
  EXPECT_EQ(chosen[""], 3);
}

TEST(Placement, ShowsTheSampledLoadInItsReason) {
  const auto placement = PlaceOn({Ready("a", 0.214)}, {.instance = "i"});
  EXPECT_EQ(ReasonOf(placement), "load 0.21");
  EXPECT_DOUBLE_EQ(placement.candidates[0].load, 0.214);
}

TEST(Placement, SaysWhatPassesBesideWhatItCounts) {
  auto worker = Ready("a", 0.05);
  worker.load->cpu = 0.91;
  worker.reservations.resize(2);
  EXPECT_EQ(ReasonOf(PlaceOn({worker}, {.instance = "i"})),
            "load 0.05 (0.91 with what passes), 2 orders under way");
}

TEST(Placement, GivesTheSameAnswerForTheSameFacts) {
  const std::vector workers = {Ready("a", 0.3), Ready("b", 0.3), Ready("c", 0.3)};
  for (int i = 0; i < 20; ++i) {
    const PlacementRequest request{.instance = "i" + std::to_string(i)};
    EXPECT_EQ(PlaceOn(workers, request).worker, PlaceOn(workers, request).worker);
  }
}

}  // namespace
}  // namespace edm::master
