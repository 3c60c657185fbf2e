#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "common/base/version.h"
#include "master/core/placement/judge.h"
#include "master/core/placement/place.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

WorkerRecord Ready(const std::string& id) {
  WorkerRecord worker;
  worker.facts.id = id;
  worker.facts.cores = 4;
  worker.facts.gpus = 2;
  worker.facts.architecture = "x86_64";
  worker.state = WorkerState::kReady;
  worker.session = "s";
  worker.protocol = kProtocolNewest;
  worker.load = ClusterFixture::FreeLoad();
  worker.load->cpu = 0;
  worker.load->memory_total_mib = 4'096;
  worker.load->memory_available_mib = 4'000;
  return worker;
}

// On w from the start: it takes half of the worker, has port 8080, and shuns "foe".
InstanceRecord Tenant() {
  InstanceRecord record;
  auto& instance = record.instance;
  instance.id = "tenant";
  instance.owner = "ann";
  instance.project = "shop";
  instance.spec.memory_mib = 2'048;
  instance.spec.cpus = 2;
  instance.spec.requirements.disk_mib = 60'000;
  instance.spec.requirements.gpus = 1;
  instance.spec.requirements.host_ports = {8'080};
  instance.spec.requirements.apart_from = {"foe"};
  instance.status.worker = "w";
  instance.status.phase = Phase::kRunning;
  instance.status.endpoints = {{.port = 20'001}};
  return record;
}

// Beside it.
InstanceRecord MemberThere() {
  InstanceRecord record;
  record.instance.id = "set_1";
  record.instance.status.worker = "w";
  record.instance.status.phase = Phase::kRunning;
  return record;
}

struct Case {
  const char* name;
  std::function<void(PlacementRequest&)> ask;
  std::function<void(WorkerRecord&)> spoil;
  const char* reason;  // "" : it fits
  Hope hope;
};

const std::vector<Case>& Cases() {
  static const auto kNothing = [](WorkerRecord&) {};
  static const std::vector<Case> kCases = {
      {"nothing", [](auto&) {}, kNothing, "", Hope::kFits},
      {"closed", [](auto&) {}, [](auto& w) { w.availability = Availability::kClosed; }, "is cordoned",
       Hope::kLater},
      {"closed to what it holds", [](auto& r) { r.holder = "w"; },
       [](auto& w) { w.availability = Availability::kClosed; }, "", Hope::kFits},
      {"emptying", [](auto&) {}, [](auto& w) { w.availability = Availability::kEmptying; }, "is draining",
       Hope::kLater},
      {"emptying, of what it holds", [](auto& r) { r.holder = "w"; },
       [](auto& w) { w.availability = Availability::kEmptying; }, "", Hope::kFits},
      {"barred",
       [](auto& r) {
         r.barred = {{"w", "is where it moves away from"}};
       },
       kNothing, "is where it moves away from", Hope::kMended},
      {"architecture", [](auto& r) { r.architecture = "aarch64"; }, kNothing, "is x86_64, aarch64 is needed",
       Hope::kNever},
      {"same architecture", [](auto& r) { r.architecture = "x86_64"; }, kNothing, "", Hope::kFits},
      {"gpus taken", [](auto& r) { r.share.gpus = 2; }, kNothing, "has 2 GPUs, 1 of them taken; 2 are needed",
       Hope::kLater},
      {"gpu left", [](auto& r) { r.share.gpus = 1; }, kNothing, "", Hope::kFits},
      {"too many gpus", [](auto& r) { r.share.gpus = 3; }, kNothing,
       "has 2 GPUs, 1 of them taken; 3 are needed", Hope::kNever},
      {"declared port",
       [](auto& r) {
         r.host_ports = {80, 8'080};
       },
       kNothing, "has another instance on host port 8080", Hope::kLater},
      {"published port", [](auto& r) { r.host_ports = {20'001}; }, kNothing,
       "has another instance on host port 20001", Hope::kLater},
      {"free port", [](auto& r) { r.host_ports = {8'081}; }, kNothing, "", Hope::kFits},
      {"apart from it", [](auto& r) { r.apart_from = {"tenant"}; }, kNothing,
       "has tenant, which it must be apart from", Hope::kLater},
      {"it is apart from this", [](auto& r) { r.instance = "foe"; }, kNothing,
       "has an instance that must be apart from foe", Hope::kLater},
      {"apart from another's member", [](auto& r) { r.apart_from = {"set_2"}; }, kNothing, "", Hope::kFits},
      {"apart from its member", [](auto& r) { r.apart_from = {"set_1"}; }, kNothing,
       "has set_1, which it must be apart from", Hope::kLater},
      {"apart from its set", [](auto& r) { r.apart_from = {"set"}; }, kNothing,
       "has set, which it must be apart from", Hope::kLater},
      {"its set is apart from this", [](auto& r) { r.instance = "foe_3"; }, kNothing,
       "has an instance that must be apart from foe_3", Hope::kLater},
      {"one per worker",
       [](auto& r) {
         r.one_per_worker = true;
         r.group = GroupOf("Ann", "SHOP");
       },
       kNothing, "has one of its project already", Hope::kLater},
      {"one per worker of another project",
       [](auto& r) {
         r.one_per_worker = true;
         r.group = GroupOf("ann", "blog");
       },
       kNothing, "", Hope::kFits},
      {"reserved memory", [](auto& r) { r.memory_mib = r.share.memory_mib = 3'000; }, kNothing,
       "has 4096 MiB of memory and 2048 reserved, 3000 are needed", Hope::kLater},
      {"more memory than there is", [](auto& r) { r.memory_mib = r.share.memory_mib = 5'000; }, kNothing,
       "has 4096 MiB of memory and 2048 reserved, 5000 are needed", Hope::kNever},
      {"memory in use", [](auto&) {}, [](auto& w) { w.load->memory_available_mib = 100; },
       "has 100 MiB of memory free and 0 promised, 256 are needed", Hope::kLater},
      {"promised memory", [](auto&) {},
       [](auto& w) { w.reservations.push_back({.operation = "o", .memory_mib = 3'900}); },
       "has 4000 MiB of memory free and 3900 promised, 256 are needed", Hope::kPromised},
      {"cpus", [](auto& r) { r.share.milli_cpus = 2'500; }, kNothing,
       "has 4 CPUs and 2 reserved, 2.5 are needed", Hope::kLater},
      {"cpus left", [](auto& r) { r.share.milli_cpus = 2'000; }, kNothing, "", Hope::kFits},
      {"more cpus than there are", [](auto& r) { r.share.milli_cpus = 8'000; }, kNothing,
       "has 4 CPUs and 2 reserved, 8 are needed", Hope::kNever},
      {"reserved disk", [](auto& r) { r.share.disk_mib = 50'000; }, kNothing,
       "has 100000 MiB of disk and 60000 reserved, 51024 are needed", Hope::kLater},
      {"disk floor", [](auto&) {}, [](auto& w) { w.load->disk_free_mib = 10; },
       "has 10 MiB of disk free, 1024 are needed", Hope::kMended},
      {"promised networks", [](auto&) {},
       [](auto& w) {
         w.load->networks_free = 1;
         w.reservations.push_back({.operation = "o", .new_network = true});
       },
       "has no network left on its engine", Hope::kPromised},
      {"a liar", [](auto&) {},
       [](auto& w) {
         w.refused_in_a_row = kSamplesRefusedMax;
         w.refused_why = "cpu nan";
       },
       "reports a load that cannot be: cpu nan", Hope::kMended},
  };
  return kCases;
}

TEST(Requirements, AreRefusedWithTheReasonAndWhatIsLeftToHopeFor) {
  for (const auto& one : Cases()) {
    auto worker = Ready("w");
    one.spoil(worker);
    Sites sites;
    (void)sites.WorkerChanged(std::make_shared<const WorkerRecord>(worker));
    (void)sites.InstanceChanged(Tenant());
    (void)sites.InstanceChanged(MemberThere());
    PlacementRequest request{.instance = "new"};
    one.ask(request);
    const auto question = QuestionOf(request, sites, {});
    EXPECT_EQ(HopeOf(question, sites[0]), one.hope) << one.name;
    const auto reasons = Refusals(question, sites[0]);
    if (*one.reason == '\0') {
      EXPECT_TRUE(reasons.empty()) << one.name << ": " << reasons[0];
    } else {
      ASSERT_EQ(reasons.size(), 1U) << one.name;
      EXPECT_EQ(reasons[0], one.reason) << one.name;
    }
  }
}

TEST(Requirements, OfTheInstanceItselfAreNoObstacleWhereItIs) {
  Sites sites;
  (void)sites.WorkerChanged(std::make_shared<const WorkerRecord>(Ready("w")));
  (void)sites.InstanceChanged(Tenant());
  PlacementRequest request{.instance = "tenant", .memory_mib = 2'048};
  request.share = ShareOf(Tenant().instance.spec);
  request.host_ports = {8'080};
  request.group = GroupOf("ann", "shop");
  request.one_per_worker = true;
  request.at = "w";
  EXPECT_TRUE(Refusals(QuestionOf(request, sites, {}), sites[0]).empty());
}

TEST(Requirements, CountWhatLeavesNoMore) {
  Sites sites;
  (void)sites.WorkerChanged(std::make_shared<const WorkerRecord>(Ready("w")));
  (void)sites.InstanceChanged(Tenant());
  const PlacementRequest request{.instance = "new", .host_ports = {8'080}, .apart_from = {"tenant"}};
  EXPECT_EQ(Refusals(QuestionOf(request, sites, {}), sites[0]).size(), 2U);
  auto moved = Tenant();
  moved.instance.status.worker = "elsewhere";
  (void)sites.InstanceChanged(moved);
  EXPECT_TRUE(Refusals(QuestionOf(request, sites, {}), sites[0]).empty());
  (void)sites.InstanceChanged(Tenant());
  (void)sites.InstanceGone("tenant");
  EXPECT_TRUE(Refusals(QuestionOf(request, sites, {}), sites[0]).empty());
}

// Workers a, b, c of the zones 1, 1, 2.
struct Wishes : testing::Test {
  Wishes() {
    for (auto& [id, zone] : std::map<std::string, std::string>{{"a", "1"}, {"b", "1"}, {"c", "2"}}) {
      auto worker = Ready(id);
      worker.facts.labels = {{"zone", zone}, {"disk", id == "b" ? "ssd" : "hdd"}};
      (void)sites.WorkerChanged(std::make_shared<const WorkerRecord>(worker));
    }
  }
  void Put(const std::string& id, const std::string& worker, std::uint32_t memory = 0) {
    InstanceRecord record;
    record.instance.id = id;
    record.instance.owner = "ann";
    record.instance.project = "shop";
    record.instance.spec.memory_mib = memory;
    record.instance.status.worker = worker;
    record.instance.status.phase = Phase::kRunning;
    (void)sites.InstanceChanged(record);
  }
  Placement Of(const PlacementRequest& request) { return Place(request, sites, {}, {}); }

  Sites sites;
  PlacementRequest ours{.instance = "new", .group = GroupOf("ann", "shop")};
};

TEST_F(Wishes, ForALabelDrawAndForbidNothing) {
  ours.affinities = {{"disk", "ssd", 20}};
  EXPECT_EQ(Of(ours).worker, "b");
  EXPECT_EQ(ReasonOf(Of(ours)), "load 0.00, disk=ssd +0.10");
  ours.affinities = {{"disk", "hdd", -80}};
  EXPECT_EQ(Of(ours).worker, "b");
  ours.affinities = {{"disk", "tape", 100}};
  EXPECT_NE(Of(ours).worker, "");
}

TEST_F(Wishes, HaveABound) {
  for (int i = 0; i < 10; ++i) ours.affinities.push_back({"disk", "ssd", 100});
  auto busy = *sites[sites.Find("b")].worker;
  busy.background = 0.8;
  (void)sites.WorkerChanged(std::make_shared<const WorkerRecord>(busy));
  EXPECT_NE(Of(ours).worker, "b");
}

TEST_F(Wishes, OfOneProjectAreSpreadOverWorkersAndZones) {
  Put("i1", "a");
  Put("i2", "b");
  EXPECT_EQ(Of(ours).worker, "c");
  Put("i3", "c");
  Put("i4", "c");
  EXPECT_NE(Of(ours).worker, "c");
  ours.spread_by = "zone";  // two in each
  Put("i5", "a");
  EXPECT_EQ(Of(ours).worker, "c") << "three in zone 1, two in zone 2";
}

TEST_F(Wishes, OfMembersAreApartUnlessTheOtherWorkersAreAsGoodAsFull) {
  Put("new_1", "a");
  ours.instance = "new_2";
  ours.group = 0;
  const auto fill = [this](double load) {
    for (const std::string id : {"b", "c"}) {
      auto busy = *sites[sites.Find(id)].worker;
      busy.background = load;
      (void)sites.WorkerChanged(std::make_shared<const WorkerRecord>(busy));
    }
  };
  fill(0.4);
  EXPECT_NE(Of(ours).worker, "a");
  ours.strategy = Strategy::kBinpack;
  EXPECT_NE(Of(ours).worker, "a");
  ours.strategy = Strategy::kSpread;
  fill(0.9);
  EXPECT_EQ(Of(ours).worker, "a");
  EXPECT_EQ(ReasonOf(Of(ours)), "load 0.00, 1 other member of new");
  ours.instance = "other_2";
  fill(0.4);
  EXPECT_EQ(Of(ours).worker, "a") << "it is no member of that";
}

TEST_F(Wishes, ToPackFillOneWorkerAfterTheOther) {
  ours.strategy = Strategy::kBinpack;
  Put("i1", "b", 1'024);
  EXPECT_EQ(Of(ours).worker, "b");
  ours.memory_mib = ours.share.memory_mib = 3'500;
  EXPECT_NE(Of(ours).worker, "b") << "it does not fit there";
}

TEST_F(Wishes, CountWhereImagesAreAndWhereItWas) {
  for (const std::string worker : {"a", "b", "c"}) {
    auto request = ours;
    request.cached = {worker};
    EXPECT_EQ(Of(request).worker, worker);
    EXPECT_EQ(ReasonOf(Of(request)), "load 0.00, has cache");
    request = ours;
    request.at = worker;
    EXPECT_EQ(Of(request).worker, worker);
  }
}

TEST_F(Wishes, LeaveTheChoiceBetweenEqualsToTheSeed) {
  std::set<std::string> chosen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto placement = Place(ours, sites, {.seed = seed}, {});
    EXPECT_EQ(placement.worker, Place(ours, sites, {.seed = seed}, {}).worker);
    chosen.insert(placement.worker);
  }
  EXPECT_EQ(chosen.size(), 3U);
}

}  // namespace
}  // namespace edm::master
