#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "edmctl/output/status_screen.h"
#include "tests/unit/edmctl/golden.h"

namespace edm::ctl {
namespace {

using Severity = Problem::Severity;

constexpr std::int64_t kNow = 1'764'459'840;  // seconds
constexpr std::int64_t kDay = 24 * 3600;

google::protobuf::Timestamp At(std::int64_t seconds) {
  google::protobuf::Timestamp time;
  time.set_seconds(seconds);
  return time;
}

// A cluster in which all is well.
Look Well() {
  Look look;
  auto& master = look.master;
  master.set_version("0.2.0");
  master.set_epoch(3);
  master.set_store("sqlite");
  master.set_disk_free_mib(50'000);
  master.set_disk_total_mib(100'000);
  master.set_disk_reserve_mib(32);
  *master.mutable_certificate_ends_at() = At(kNow + 400 * kDay);
  *master.mutable_ca_ends_at() = At(kNow + 3'000 * kDay);
  *master.mutable_now() = At(kNow);
  master.set_operations_open(1);
  master.set_operations_open_max(2'000);
  for (const auto* id : {"w1", "w2"}) {
    v1::Worker worker;
    worker.set_id(id);
    worker.set_state(v1::Worker::READY);
    worker.set_version("0.2.0");
    worker.set_public_address("10.0.0.12");
    *worker.mutable_seen_at() = At(kNow - 1);
    *worker.mutable_certificate_ends_at() = At(kNow + 10 * kDay);
    auto& load = *worker.mutable_load();
    load.set_disk_free_mib(40'000);
    load.set_disk_total_mib(100'000);
    load.set_memory_available_mib(8'000);
    load.set_memory_total_mib(16'000);
    load.set_networks_free(90);
    *load.mutable_sampled_at() = At(kNow - 1);
    look.workers.push_back(worker);
  }
  v1::Instance shop;
  shop.set_id("shop");
  shop.mutable_status()->set_desired(v1::InstanceStatus::RUNNING);
  shop.mutable_status()->set_phase(v1::Phase::RUNNING);
  shop.mutable_status()->set_health(v1::Health::HEALTHY);
  shop.mutable_status()->set_worker("w1");
  look.instances.push_back(shop);
  return look;
}

struct Case {
  const char* name;
  void (*spoil)(Look&);
  Severity severity;
  const char* object;
  const char* cause;  // a part of it
  const char* next;   // likewise
};

const Case kCases[] = {
    {"the store is away",
     [](Look& it) {
       it.master.mutable_trouble()->set_object("state store");
       it.master.mutable_trouble()->set_cause("connection refused");
       it.master.mutable_trouble()->set_hint("start Consul");
     },
     Severity::kBroken, "master", "it takes no changes: state store: connection refused", "start Consul"},
    {"the master's disk is short", [](Look& it) { it.master.set_disk_free_mib(900); }, Severity::kDegraded,
     "master", "its disk is short", "free space"},
    {"nearly all operations are open", [](Look& it) { it.master.set_operations_open(1'950); },
     Severity::kDegraded, "master", "1950 operations are open, of 2000", "edmctl op ls"},
    {"the master's certificate ends",
     [](Look& it) { *it.master.mutable_certificate_ends_at() = At(kNow + 12 * kDay); }, Severity::kSoon,
     "master", "its certificate ends in 12 d", "restart edm-master"},
    {"the CA has ended", [](Look& it) { *it.master.mutable_ca_ends_at() = At(kNow - 3'600); },
     Severity::kBroken, "cluster CA", "its certificate ended 1 h ago", "join again"},
    {"there is no worker", [](Look& it) { it.workers.clear(); }, Severity::kBroken, "cluster",
     "it has no worker", "edmctl token create"},
    {"a worker is lost",
     [](Look& it) {
       it.workers[0].set_state(v1::Worker::LOST);
       *it.workers[0].mutable_seen_at() = At(kNow - 90);
     },
     Severity::kBroken, "worker w1", "it is lost: silent for 90 s; 1 instance is there",
     "systemctl status edm-worker"},
    {"a worker never came", [](Look& it) { it.workers[0].set_state(v1::Worker::JOINING); },
     Severity::kDegraded, "worker w1", "was not heard yet", "start edm-worker"},
    {"a worker is cordoned", [](Look& it) { it.workers[1].set_state(v1::Worker::CORDONED); },
     Severity::kDegraded, "worker w2", "it is cordoned", "edmctl worker uncordon w2"},
    {"a worker's disk is short", [](Look& it) { it.workers[0].mutable_load()->set_disk_free_mib(1'500); },
     Severity::kDegraded, "worker w1", "its disk is short: 1.5 GiB of 97.7 GiB free", "delete"},
    {"a worker's memory is short",
     [](Look& it) { it.workers[0].mutable_load()->set_memory_available_mib(100); }, Severity::kDegraded,
     "worker w1", "its memory is short", "edmctl top"},
    {"no network is left", [](Look& it) { it.workers[0].mutable_load()->set_networks_free(0); },
     Severity::kDegraded, "worker w1", "no network is left", "add a worker"},
    {"a worker has another version", [](Look& it) { it.workers[1].set_version("0.1.0"); }, Severity::kSoon,
     "worker w2", "it runs edm 0.1.0, the master 0.2.0", "install the same release"},
    {"a worker's clock is late",
     [](Look& it) { *it.workers[1].mutable_load()->mutable_sampled_at() = At(kNow - 61); }, Severity::kSoon,
     "worker w2", "its clock is 60 s late", "set its clock"},
    {"a worker's clock is a day early",
     [](Look& it) { *it.workers[1].mutable_load()->mutable_sampled_at() = At(kNow + kDay); }, Severity::kSoon,
     "worker w2", "s early", "set its clock"},
    {"a worker's certificate was not renewed",
     [](Look& it) { *it.workers[0].mutable_certificate_ends_at() = At(kNow + 3'600); }, Severity::kSoon,
     "worker w1", "its certificate ends in 1 h", "journalctl -u edm-worker"},
    {"a worker's certificate has ended",
     [](Look& it) { *it.workers[0].mutable_certificate_ends_at() = At(kNow - 3'600); }, Severity::kBroken,
     "worker w1", "its certificate ended 1 h ago", "edm-worker join"},
    {"an instance is unhealthy",
     [](Look& it) { it.instances[0].mutable_status()->set_health(v1::Health::UNHEALTHY); }, Severity::kBroken,
     "instance shop", "unhealthy", "edmctl logs shop"},
    {"an instance crashes again and again",
     [](Look& it) { it.instances[0].mutable_status()->set_health(v1::Health::RESTARTING); },
     Severity::kBroken, "instance shop", "started again", "edmctl logs shop"},
    {"an instance is lost", [](Look& it) { it.instances[0].mutable_status()->set_phase(v1::Phase::LOST); },
     Severity::kBroken, "instance shop", "it is lost with worker w1", "edmctl why shop"},
    {"an instance failed and should run",
     [](Look& it) {
       auto& status = *it.instances[0].mutable_status();
       status.set_phase(v1::Phase::FAILED);
       status.mutable_failure()->set_object("shop/web");
       status.mutable_failure()->set_cause("nothing listens on 8000");
       status.mutable_failure()->set_hint("set PORT=8000");
     },
     Severity::kBroken, "instance shop", "it does not run: shop/web: nothing listens on 8000",
     "set PORT=8000"},
    {"an instance waits for a place",
     [](Look& it) {
       auto& status = *it.instances[0].mutable_status();
       status.set_phase(v1::Phase::PENDING);
       status.mutable_failure()->set_cause("2 workers: 2 lack memory");
     },
     Severity::kDegraded, "instance shop", "it waits: 2 workers: 2 lack memory", "edmctl why shop"},
};

TEST(ClusterJudgement, FindsNothingWhereAllIsWell) { EXPECT_TRUE(Judge(Well()).empty()); }

TEST(ClusterJudgement, FindsEachTroubleWithItsNextStep) {
  for (const auto& one : kCases) {
    auto look = Well();
    one.spoil(look);
    const auto problems = Judge(look);
    ASSERT_EQ(problems.size(), 1) << one.name;
    EXPECT_EQ(problems[0].severity, one.severity) << one.name;
    EXPECT_EQ(problems[0].object, one.object) << one.name;
    EXPECT_THAT(problems[0].cause, testing::HasSubstr(one.cause)) << one.name;
    EXPECT_THAT(problems[0].next, testing::HasSubstr(one.next)) << one.name;
  }
}

TEST(ClusterJudgement, PutsWhatIsFeltNowFirst) {
  auto look = Well();
  for (const auto& one : kCases) {
    if (std::string(one.name) != "there is no worker") one.spoil(look);
  }
  const auto problems = Judge(look);
  EXPECT_GT(problems.size(), 10U);
  EXPECT_TRUE(std::ranges::is_sorted(problems, {}, &Problem::severity));
  EXPECT_EQ(problems.front().object, "master");
}

TEST(ClusterJudgement, AStoppedInstanceIsNoTroubleNorIsOneThatIsBuilt) {
  for (const auto phase : {v1::Phase::STOPPED, v1::Phase::BUILT, v1::Phase::BUILDING, v1::Phase::CANCELLED}) {
    auto look = Well();
    look.instances[0].mutable_status()->set_phase(phase);
    EXPECT_TRUE(Judge(look).empty()) << v1::Phase::Value_Name(phase);
  }
}

TEST(ClusterJudgement, AFailedDeployOfWhatNeverRanIsLessThanAnOutage) {
  auto look = Well();
  look.instances[0].mutable_status()->set_phase(v1::Phase::FAILED);
  look.instances[0].mutable_status()->set_desired(v1::InstanceStatus::BUILT);
  EXPECT_EQ(Judge(look).at(0).severity, Severity::kDegraded);
}

Look Unwell() {
  auto look = Well();
  for (const auto& one : kCases) {
    const std::string name = one.name;
    if (name == "a worker is lost" || name == "an instance failed and should run" ||
        name == "a worker has another version" || name == "the master's certificate ends") {
      one.spoil(look);
    }
  }
  return look;
}

TEST(StatusScreen, IsOneScreenOfPlainTextWithoutColour) {
  const Terminal plain{.live = false, .color = false, .unicode = false, .columns = 80};
  EXPECT_EQ(RenderStatus(plain, Well(), Judge(Well())), Golden("status_well.txt"));
  EXPECT_EQ(RenderStatus(plain, Unwell(), Judge(Unwell())), Golden("status_unwell.txt"));
}

TEST(StatusScreen, FitsAnEightyColumnTerminal) {
  const Terminal live{.live = true, .color = false, .unicode = true, .columns = 80};
  auto look = Unwell();
  look.instances[0].mutable_status()->mutable_failure()->set_cause(std::string(300, 'x'));
  std::istringstream lines(RenderStatus(live, look, Judge(look)));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(Width(line), 80U) << line;
}

TEST(StatusScreen, TellsOfWhatDoesNotFit) {
  auto look = Well();
  for (int i = 0; i < 40; ++i) {
    auto& worker = look.workers.emplace_back(look.workers[0]);
    worker.set_id("lost-" + std::to_string(i));
    worker.set_state(v1::Worker::LOST);
  }
  const auto text = RenderStatus(Terminal(), look, Judge(look));
  EXPECT_LE(std::ranges::count(text, '\n'), 30);
  EXPECT_THAT(text, testing::HasSubstr("and 28 more"));
}

TEST(StatusScreen, HasAllOfItInJson) {
  const auto json = nlohmann::json::parse(StatusJson(Unwell(), Judge(Unwell())));
  EXPECT_EQ(json["well"], false);
  EXPECT_EQ(json["problems"].size(), 4);
  EXPECT_EQ(json["problems"][0]["severity"], "broken");
  EXPECT_EQ(nlohmann::json::parse(StatusJson(Well(), {}))["well"], true);
}

}  // namespace
}  // namespace edm::ctl
