#include "master/core/load_history.h"

#include <gtest/gtest.h>

namespace edm::master {
namespace {

WallTime At(int second) { return WallTime(Millis(1'764'459'840'000)) + std::chrono::seconds(second); }

Load Sample(int second, double cpu, std::uint32_t memory = 1'000, std::uint32_t running = 0) {
  Load load;
  load.cpu = cpu;
  load.memory_available_mib = memory;
  load.disk_free_mib = 5'000;
  load.running = running;
  load.sampled_at = At(second);
  return load;
}

TEST(LoadHistory, SumsUpTheSamplesOfAnInterval) {
  LoadHistory history;
  history.Add("w1", Sample(0, 0.2, 900, 3), At(0));
  history.Add("w1", Sample(1, 0.6, 700, 5), At(1));
  history.Add("w1", Sample(10, 1.0), At(10));
  const auto points = history.PointsOf("w1");
  ASSERT_EQ(points.size(), 2);
  EXPECT_EQ(points[0].began, At(0));
  EXPECT_FLOAT_EQ(points[0].cpu, 0.4F);
  EXPECT_FLOAT_EQ(points[0].cpu_max, 0.6F);
  EXPECT_EQ(points[0].memory_available_mib, 700);
  EXPECT_EQ(points[0].running, 5);
  EXPECT_EQ(points[1].began, At(10));
}

TEST(LoadHistory, TakesASampleOnce) {
  LoadHistory history;
  for (int i = 0; i < 5; ++i) history.Add("w1", Sample(0, 0.2), At(i));
  history.Add("w1", Sample(5, 0.8), At(5));
  EXPECT_FLOAT_EQ(history.PointsOf("w1").at(0).cpu, 0.5F);
}

TEST(LoadHistory, KeepsSixtyPointsWhateverComes) {
  LoadHistory history;
  for (int i = 0; i < 100'000; i += 10) history.Add("w1", Sample(i, 0.1), At(i));
  const auto points = history.PointsOf("w1");
  ASSERT_EQ(points.size(), LoadHistory::kPointsMax);
  EXPECT_EQ(points.back().began, At(99'990));
  EXPECT_EQ(points.front().began, At(99'400));
  EXPECT_LE(LoadHistory::kPointsMax * sizeof(LoadPoint), 2'400U);
}

TEST(LoadHistory, LeavesAHoleWhereNothingWasHeard) {
  LoadHistory history;
  history.Add("w1", Sample(0, 0.1), At(0));
  history.Add("w1", Sample(60, 0.1), At(60));
  EXPECT_EQ(history.PointsOf("w1").size(), 2);
}

TEST(LoadHistory, GoesOnWhereTheClockIsSetBack) {
  LoadHistory history;
  history.Add("w1", Sample(100, 0.1), At(100));
  history.Add("w1", Sample(20, 0.5), At(20));
  const auto points = history.PointsOf("w1");
  ASSERT_EQ(points.size(), 1);
  EXPECT_FLOAT_EQ(points[0].cpu_max, 0.5F);
}

TEST(LoadHistory, KnowsNothingOfOthersAndForgets) {
  LoadHistory history;
  history.Add("w1", Sample(0, 0.1), At(0));
  EXPECT_TRUE(history.PointsOf("w2").empty());
  history.Forget("w1");
  EXPECT_TRUE(history.PointsOf("w1").empty());
  EXPECT_TRUE(history.Workers().empty());
}

}  // namespace
}  // namespace edm::master
