#include <gtest/gtest.h>

#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

struct Waits : testing::Test {
  Waits() {
    for (const std::string id : {"w1", "w2", "w3"}) cluster.AddWorker(id);
    auto closed = *cluster.state.workers.Find("w3");
    closed.availability = Availability::kClosed;
    Draft(cluster.state, cluster.now).Put(closed);
  }

  void Memory(const std::string& worker, std::uint32_t available) {
    auto load = ClusterFixture::FreeLoad();
    load.memory_available_mib = available;
    (void)cluster.Tell(WorkerBeat{worker, "session-" + worker, load, {}});
  }
  // Time in which every worker says the same as before.
  void Pass(Millis by, std::uint32_t w1, std::uint32_t w2) {
    for (Millis done{0}; done < by; done += Millis(1'000)) {
      cluster.now.wall += Millis(1'000);
      cluster.now.steady += Millis(1'000);
      Memory("w1", w1);
      Memory("w2", w2);
      Memory("w3", 60'000);
      last = cluster.Tell(Tick{});
    }
  }
  std::string Deploy(std::uint32_t memory) {
    CreateInstance create;
    create.instance.id = "shop";
    create.instance.owner = create.instance.project = "ann";
    create.instance.spec.memory_mib = memory;
    (void)cluster.Give(create);
    return cluster.DeployToOrder();
  }
  const Step& PlaceStep(const std::string& id) { return cluster.Op(id).operation.steps.at(1); }

  ClusterFixture cluster;
  Decision last;
};

TEST_F(Waits, WithItsSentenceUntilThereIsRoom) {
  Memory("w1", 500);
  Memory("w2", 1'200);
  const auto id = Deploy(2'048);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
  EXPECT_EQ(cluster.Inst().instance.status.phase, Phase::kPending);
  EXPECT_EQ(PlaceStep(id).detail,
            "waits: 3 workers: 2 lack memory (1.2 GiB of 62.5 GiB free), 1 is cordoned");
  Pass(std::chrono::seconds(60), 600, 1'300);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
  EXPECT_TRUE(last.changes.empty() && last.notes.empty()) << "figures that move are not told each time";
  Memory("w2", 3'000);
  (void)cluster.Tell(Tick{});
  EXPECT_EQ(cluster.Op(id).worker, "w2");
}

TEST_F(Waits, AndTellsWhenTheReasonChanges) {
  Memory("w1", 500);
  Memory("w2", 500);
  const auto id = Deploy(2'048);
  auto open = *cluster.state.workers.Find("w3");
  open.availability = Availability::kActive;
  open.load->memory_available_mib = 300;
  Draft(cluster.state, cluster.now).Put(open);
  (void)cluster.Tell(Tick{});
  EXPECT_EQ(PlaceStep(id).detail, "waits: 3 workers: 3 lack memory (500.0 MiB of 62.5 GiB free)");
}

TEST_F(Waits, NoLongerThanIsSet) {
  cluster.state.settings.placement_wait = std::chrono::seconds(30);
  Memory("w1", 500);
  Memory("w2", 1'200);
  const auto id = Deploy(2'048);
  Pass(std::chrono::seconds(29), 500, 1'200);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
  Pass(std::chrono::seconds(2), 500, 1'200);
  ASSERT_EQ(cluster.StateOf(id), OperationState::kFailed);
  const auto& failure = *cluster.Op(id).operation.failure;
  EXPECT_EQ(failure.code, Code::kUnavailable);
  EXPECT_EQ(failure.cause,
            "no worker takes it: 3 workers: 2 lack memory (1.2 GiB of 62.5 GiB free), 1 is cordoned");
  EXPECT_EQ(failure.evidence.size(), 3U);
}

TEST_F(Waits, NotForWhatNoWorkerCanEverTake) {
  const auto id = Deploy(1U << 20U);
  ASSERT_EQ(cluster.StateOf(id), OperationState::kFailed);
  const auto& failure = *cluster.Op(id).operation.failure;
  EXPECT_EQ(failure.code, Code::kFailedPrecondition);
  EXPECT_NE(failure.cause.find("no worker can ever take it"), std::string::npos);
}

TEST_F(Waits, ItsDeadlineSaysForWhat) {
  Memory("w1", 500);
  Memory("w2", 500);
  cluster.state.settings.deploy_deadline = std::chrono::seconds(20);
  const auto id = Deploy(2'048);
  Pass(std::chrono::seconds(22), 500, 500);
  ASSERT_EQ(cluster.StateOf(id), OperationState::kExpired);
  ASSERT_EQ(cluster.Op(id).operation.failure->evidence.size(), 1U);
  EXPECT_NE(cluster.Op(id).operation.failure->evidence[0].find("2 lack memory"), std::string::npos);
}

}  // namespace
}  // namespace edm::master
