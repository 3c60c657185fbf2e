#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "edmctl/output/load_history.h"
#include "edmctl/output/top_screen.h"

namespace edm::ctl {
namespace {

using testing::HasSubstr;

const Terminal kPlain{.live = false, .color = false, .unicode = false, .columns = 80};

v1::GetUsageResponse Usage(int instances) {
  v1::GetUsageResponse usage;
  for (int i = 0; i < instances; ++i) {
    auto* one = usage.add_usages();
    one->set_instance("i" + std::to_string(i));
    one->set_worker("w1");
    auto* container = one->add_containers();
    container->set_service("web");
    container->set_container(one->instance() + ".web.1");
    container->set_cpu(0.1 * i);
    container->set_memory_kib(10'240);
    container->set_memory_limit_kib(65'536);
    container->set_processes(3);
  }
  return usage;
}

v1::ListWorkersResponse Workers() {
  v1::ListWorkersResponse workers;
  auto* worker = workers.add_workers();
  worker->set_id("w1");
  worker->set_state(v1::Worker::READY);
  worker->set_cores(4);
  worker->mutable_load()->set_cpu(0.42);
  worker->mutable_load()->set_memory_total_mib(16'384);
  worker->mutable_load()->set_memory_available_mib(8'192);
  worker->mutable_load()->set_disk_free_mib(20'480);
  worker->mutable_load()->set_running(3);
  return workers;
}

TEST(TopScreen, ShowsWorkersThenTheBusiestInstanceFirst) {
  EXPECT_EQ(RenderTop(kPlain, 0, Workers(), Usage(3)),
            "WORKER  STATE  CPU       MEMORY               DISK FREE  RUNNING\n"
            "w1      ready  42% of 4  8.0 GiB of 16.0 GiB  20.0 GiB   3\n"
            "\n"
            "INSTANCE  CPU    MEMORY    PROCESSES  WORKER\n"
            "i2        20.0%  10.0 MiB  3          w1\n"
            "i1        10.0%  10.0 MiB  3          w1\n"
            "i0        0.0%   10.0 MiB  3          w1\n");
}

TEST(TopScreen, FitsTheLinesOfTheTerminalAndTellsWhatIsLeftOut) {
  for (const std::size_t lines : {std::size_t{10}, std::size_t{24}}) {
    const auto text = RenderTop(kPlain, lines, Workers(), Usage(100));
    EXPECT_LE(std::ranges::count(text, '\n'), lines);
    EXPECT_THAT(text, HasSubstr("more, which take less"));
    EXPECT_THAT(text, HasSubstr("i99"));
  }
}

TEST(TopScreen, TellsOfAWorkerThatDoesNotAnswer) {
  auto usage = Usage(1);
  auto* gap = usage.add_gaps();
  gap->set_worker("w2");
  gap->mutable_failure()->set_cause("deadline exceeded");
  EXPECT_THAT(RenderTop(kPlain, 0, Workers(), usage),
              HasSubstr("of w2 nothing is known: deadline exceeded\n"));
}

TEST(TopScreen, ShowsTheContainersOfOneInstance) {
  EXPECT_EQ(RenderTopOf(kPlain, Usage(1)),
            "SERVICE  CPU   MEMORY    LIMIT     PROCESSES  CONTAINER\n"
            "web      0.0%  10.0 MiB  64.0 MiB  3          i0.web.1\n");
  EXPECT_EQ(RenderTopOf(kPlain, {}), "nothing of it runs\n");
}

v1::WorkerLoad Load(const std::vector<std::pair<int, double>>& points) {
  v1::WorkerLoad load;
  load.set_worker("w1");
  load.set_interval_s(10);
  load.set_memory_total_mib(1'000);
  for (const auto& [second, cpu] : points) {
    auto* point = load.add_points();
    point->mutable_began_at()->set_seconds(1'764'459'840 + second);
    point->set_cpu(cpu);
    point->set_memory_available_mib(750);
  }
  return load;
}

TEST(LoadHistory, IsALineWithItsLeastAndMost) {
  const auto fields = RenderLoad(kPlain, Load({{0, 0.0}, {10, 0.5}, {20, 1.0}}));
  ASSERT_EQ(fields.size(), 2);
  EXPECT_EQ(fields[0], std::pair(std::string("cpu, 30 s"), std::string("_=#  0-100%")));
  EXPECT_EQ(fields[1], std::pair(std::string("memory, 30 s"), std::string(":::  25-25%")));
}

TEST(LoadHistory, HasABlankWhereNothingWasHeardAndFitsALine) {
  EXPECT_EQ(RenderLoad(kPlain, Load({{0, 1.0}, {30, 1.0}}))[0].second, "#  #  100-100%");
  std::vector<std::pair<int, double>> many;
  for (int i = 0; i < 200; ++i) many.emplace_back(i * 10, 0.3);
  EXPECT_LE(Width(RenderLoad(Terminal{.unicode = true}, Load(many))[0].second), 80U - 16U + 4U);
  EXPECT_TRUE(RenderLoad(kPlain, {}).empty());
}

TEST(LoadHistory, UsesBlocksWhereTheTerminalHasUnicode) {
  EXPECT_EQ(Sparkline(Terminal{.unicode = true}, {0, 0.5, 1}), "▁▅█");
  EXPECT_EQ(Sparkline(kPlain, {-1, 0, 2}), " _#");
}

}  // namespace
}  // namespace edm::ctl
