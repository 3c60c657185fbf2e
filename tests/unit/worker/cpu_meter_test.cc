#include "worker/core/cpu_meter.h"

#include <gtest/gtest.h>

namespace edm::worker {
namespace {

// A core whose ticks are microseconds.
struct Core {
  void Pass(double seconds, double busy) {
    ticks.all += static_cast<std::uint64_t>(1e6 * seconds);
    ticks.busy += static_cast<std::uint64_t>(1e6 * seconds * busy);
    now += Millis(static_cast<std::int64_t>(1'000 * seconds));
  }
  void Sample(double busy, double seconds = 1) {
    Pass(seconds, busy);
    meter.Read(ticks, now);
  }
  CpuMeter meter;
  CpuTicks ticks{1'000, 9'000};
  SteadyTime now{Millis(5'000)};
};

TEST(CpuMeter, KnowsNothingBeforeItHasMeasured) {
  Core core;
  core.Sample(1);
  EXPECT_EQ(core.meter.smoothed(), 0);
  EXPECT_EQ(core.meter.lasting(), 0);
  core.Sample(0.6);
  EXPECT_DOUBLE_EQ(core.meter.smoothed(), 0.6) << "the first measure counts whole";
  EXPECT_DOUBLE_EQ(core.meter.lasting(), 0.6);
}

TEST(CpuMeter, NoticesAHogWithinAFewSecondsAndItsEndAtOnce) {
  Core core;
  for (int i = 0; i < 10; ++i) core.Sample(0.05);
  for (int i = 0; i < 3; ++i) core.Sample(1);
  EXPECT_GT(core.meter.smoothed(), 0.6);
  EXPECT_DOUBLE_EQ(core.meter.lasting(), 1);
  core.Sample(0.05);
  EXPECT_NEAR(core.meter.lasting(), 0.05, 0.001);
  for (int i = 0; i < 9; ++i) core.Sample(0.05);
  EXPECT_LT(core.meter.smoothed(), 0.1) << "ten seconds after it";
}

TEST(CpuMeter, TakesNoBurstForALastingLoad) {
  Core core;
  for (int i = 0; i < 20; ++i) {
    core.Sample(1);
    core.Sample(1);
    core.Sample(0.1);
    EXPECT_LE(core.meter.lasting(), i == 0 ? 1 : 0.1);
  }
}

TEST(CpuMeter, IsNotMovedByWhoAsksMoreOften) {
  Core often, seldom;
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j < 50; ++j) often.Sample(0.1 * i, 0.02);
    seldom.Sample(0.1 * i);
  }
  EXPECT_NEAR(often.meter.smoothed(), seldom.meter.smoothed(), 0.08);
}

TEST(CpuMeter, SurvivesCountersThatGoBack) {
  Core core;
  core.Sample(1);
  core.ticks = {5, 50};
  core.Sample(1);
  core.ticks.all += 10'000'000'000;
  core.ticks.busy = 0;
  core.Sample(0);
  EXPECT_GE(core.meter.smoothed(), 0);
  EXPECT_LE(core.meter.smoothed(), 1);
}

}  // namespace
}  // namespace edm::worker
