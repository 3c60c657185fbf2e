#include "master/core/placement/sane.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

constexpr auto kDay = std::chrono::hours(24);

TEST(Load, IsRefusedWhenItMakesNoSense) {
  const auto good = ClusterFixture::FreeLoad();
  EXPECT_EQ(WhyRefused(good, {}), "");
  for (const double cpu :
       {std::numeric_limits<double>::quiet_NaN(), -0.1, std::numeric_limits<double>::infinity(), 7.0}) {
    auto bad = good;
    bad.cpu = cpu;
    EXPECT_NE(WhyRefused(bad, {}), "") << cpu;
    bad.cpu = 0.5;
    bad.cpu_lasting = cpu;
    EXPECT_NE(WhyRefused(bad, {}), "") << cpu;
  }
}

TEST(Load, IsRefusedWhenItIsMoreThanThereIs) {
  const std::pair<const char*, void (*)(Load&)> cases[] = {
      {"60001 of 60000 MiB of memory free",
       [](Load& load) { load.memory_available_mib = 1 + (load.memory_total_mib = 60'000); }},
      {"100001 of 100000 MiB of disk free",
       [](Load& load) { load.disk_free_mib = 1 + (load.disk_total_mib = 100'000); }},
      {"4294967295 MiB of memory", [](Load& load) { load.memory_total_mib = ~0U; }},
      {"4294967295 MiB of disk", [](Load& load) { load.disk_total_mib = ~0U; }},
      {"a count of 4294967295", [](Load& load) { load.running = ~0U; }},
      {"a count of 4294967294", [](Load& load) { load.building = ~1U; }},
      {"a count of 4294967293", [](Load& load) { load.networks_free = ~2U; }},
  };
  for (const auto& [why, spoil] : cases) {
    auto load = ClusterFixture::FreeLoad();
    spoil(load);
    EXPECT_EQ(WhyRefused(load, {}), why);
  }
}

TEST(Load, IsRefusedWhenItIsOfAnotherDay) {
  const WallTime now{Millis(1'795'000'000'000)};
  auto load = ClusterFixture::FreeLoad();
  EXPECT_EQ(WhyRefused(load, now), "") << "it does not say when";
  load.sampled_at = WallTime(std::chrono::hours(1));
  EXPECT_EQ(WhyRefused(load, now), "") << "its clock was never set";
  load.sampled_at = now - kClockSkewMax;
  EXPECT_EQ(WhyRefused(load, now), "");
  load.sampled_at = now + kDay;
  EXPECT_EQ(WhyRefused(load, now), "its clock is 24 h 0 min ahead of the master's");
  EXPECT_EQ(WhyRefused(load, {}), "") << "a clock that is not trusted judges nobody";
  load.sampled_at = now - kDay;
  EXPECT_EQ(WhyRefused(load, now), "its clock is 24 h 0 min behind the master's");
}

// A worker that lies: each report is counted, the last that made sense is used for a while, then nothing is
// placed there until it makes sense again.
TEST(Load, OfALiarDecidesNothingForLong) {
  ClusterFixture cluster;
  cluster.AddWorker("w1");
  auto lie = ClusterFixture::FreeLoad();
  lie.cpu = std::numeric_limits<double>::quiet_NaN();
  for (std::uint32_t i = 1; i <= kSamplesRefusedMax; ++i) {
    (void)cluster.Tell(WorkerBeat{"w1", "session-w1", lie, {}});
    EXPECT_EQ(cluster.state.workers.Find("w1")->samples_refused, i);
  }
  EXPECT_DOUBLE_EQ(cluster.state.workers.Find("w1")->load->cpu, 0.1);
  cluster.AddInstance("shop");
  const auto deploy = cluster.DeployToOrder();
  EXPECT_EQ(cluster.Op(deploy).worker, "");
  EXPECT_EQ(cluster.Op(deploy).operation.steps.at(1).detail,
            "waits: 1 worker: 1 reports a load that cannot be");
  (void)cluster.Tell(WorkerBeat{"w1", "session-w1", ClusterFixture::FreeLoad(), {}});
  (void)cluster.Tell(Tick{});
  EXPECT_EQ(cluster.Op(deploy).worker, "w1");
  EXPECT_EQ(cluster.state.workers.Find("w1")->samples_refused, kSamplesRefusedMax) << "they stay counted";
}

}  // namespace
}  // namespace edm::master
