#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

#include "common/adapters/process/line_splitter.h"
#include "common/adapters/system/file_lock.h"
#include "common/adapters/system/loop_thread.h"
#include "common/adapters/system/system_clock.h"
#include "common/adapters/system/system_entropy.h"
#include "common/adapters/system/thread_pool.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_entropy.h"
#include "tests/fakes/manual_executor.h"
#include "tests/fakes/temporary_folder.h"

namespace edm {
namespace {

TEST(ThreadPool, RunsWhatWaitsBeforeItEnds) {
  std::atomic<int> ran{0};
  {
    ThreadPool pool({.name = "test", .threads = 2});
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(pool.Post([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 100);
}

TEST(ThreadPool, RefusesWhatItsQueueCannotHold) {
  std::promise<void> go;
  auto gone = go.get_future().share();
  ThreadPool pool({.name = "test", .threads = 1, .queued_tasks_max = 2});
  std::promise<void> busy;
  ASSERT_TRUE(pool.Post([&] {
    busy.set_value();
    gone.wait();
  }));
  busy.get_future().wait();
  EXPECT_TRUE(pool.Post([] {}));
  EXPECT_TRUE(pool.Post([] {}));
  EXPECT_FALSE(pool.Post([] {}));
  EXPECT_EQ(pool.queued(), 2U);
  go.set_value();
}

TEST(ThreadPool, StartsAThreadOnlyWhenNoneIsFree) {
  ThreadPool pool({.name = "test", .threads = 3});
  EXPECT_EQ(pool.threads(), 0U);
  std::promise<void> go;
  auto gone = go.get_future().share();
  std::vector<std::promise<void>> begun(3);
  for (auto& one : begun) {
    ASSERT_TRUE(pool.Post([&one, gone] {
      one.set_value();
      gone.wait();
    }));
  }
  for (auto& one : begun) one.get_future().wait();  // each on a thread of its own
  EXPECT_EQ(pool.threads(), 3U);
  EXPECT_TRUE(pool.Post([] {}));
  EXPECT_EQ(pool.threads(), 3U);
  go.set_value();
}

TEST(LoopThread, KeepsTheOrder) {
  std::vector<int> order;
  {
    LoopThread loop("test");
    for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(loop.Post([&order, i] { order.push_back(i); }));
  }
  ASSERT_EQ(order.size(), 1'000U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(ManualExecutor, RunsByHandInOrder) {
  ManualExecutor executor;
  std::string ran;
  EXPECT_TRUE(executor.Post([&] {
    ran += "a";
    EXPECT_TRUE(executor.Post([&] { ran += "c"; }));
  }));
  EXPECT_TRUE(executor.Post([&] { ran += "b"; }));
  EXPECT_EQ(ran, "");
  EXPECT_EQ(executor.RunAll(), 3U);
  EXPECT_EQ(ran, "abc");
  executor.Refuse(true);
  EXPECT_FALSE(executor.Post([] {}));
}

TEST(Clocks, MoveByThemselvesOrByHand) {
  SystemClock system;
  EXPECT_GT(system.Now(), WallTime(Millis(1'600'000'000'000)));
  EXPECT_GE(system.Steady(), SystemClock().Steady() - Millis(1'000));
  FakeClock fake;
  const auto before = fake.Steady();
  fake.Advance(Millis(5));
  EXPECT_EQ(fake.Steady() - before, Millis(5));
}

TEST(Entropy, DiffersWhereItShouldAndRepeatsWhereItMay) {
  SystemEntropy system;
  EXPECT_EQ(system.Bytes(1'000).size(), 1'000U);
  EXPECT_NE(system.Bytes(16), system.Bytes(16));
  EXPECT_EQ(FakeEntropy(3).Bytes(16), FakeEntropy(3).Bytes(16));
}

TEST(FileLock, IsHeldByOneAndNamesIt) {
  TemporaryFolder folder;
  const auto path = folder.path() + "/lock";
  {
    const auto held = FileLock::Take(path);
    ASSERT_TRUE(held.ok());
    const auto second = FileLock::Take(path);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().cause, "held by process " + std::to_string(::getpid()));
  }
  EXPECT_TRUE(FileLock::Take(path).ok());
  EXPECT_EQ(FileLock::Take(folder.path() + "/none/lock").error().code, Code::kNotFound);
}

TEST(LineSplitter, CutsAtLineEndsAndAtItsLimit) {
  std::vector<std::string> lines;
  LineSplitter splitter([&](std::string_view line) { lines.emplace_back(line); });
  splitter.Push("a\r\n\nb");
  splitter.Push("c\nrest");
  splitter.End();
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "", "bc", "rest"}));
  lines.clear();
  splitter.Push(std::string(LineSplitter::kLineBytesMax, 'x') + "\n" +
                std::string(LineSplitter::kLineBytesMax + 1, 'y') + "\n");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].size(), LineSplitter::kLineBytesMax);
  EXPECT_EQ(lines[2], "y");
}

}  // namespace
}  // namespace edm
