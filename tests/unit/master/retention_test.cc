#include <gtest/gtest.h>

#include "master/core/wall_clock.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

struct Retention : testing::Test {
  Retention() {
    cluster.AddWorker("w1");
    cluster.AddInstance("shop");
    deploy = cluster.DeployToRunning();
  }

  void DeleteShop(const std::string& request_id) {
    auto begin = cluster.Asking(OperationKind::kDelete);
    begin.origin.request_id = begin.origin.request_key = request_id;
    gone = begin.operation;
    (void)cluster.Give(begin);
    (void)cluster.End(gone, Phase::kDeleted);
    (void)cluster.Tell(RepoDeleted{gone, Unit{}});
    ASSERT_EQ(cluster.StateOf(gone), OperationState::kDone);
  }

  Decision SweepAfter(Millis by) {
    cluster.now.wall += by;
    cluster.now.steady += by;
    return DecideSweep(cluster.state, cluster.now);
  }

  ClusterFixture cluster;
  std::string deploy, gone;
};

TEST_F(Retention, TakesTheOperationsOfADeletedInstanceSoonButNotWhileItsDeleteIsWatched) {
  DeleteShop("");
  (void)SweepAfter(Millis(10'000));
  EXPECT_EQ(cluster.state.operations.size(), 2U);
  const auto decision = SweepAfter(cluster.state.settings.operations_of_deleted_kept_for);
  EXPECT_EQ(cluster.state.operations.size(), 0U);
  EXPECT_NE(EffectOf<ForgetEvents>(decision), nullptr);
}

TEST_F(Retention, KeepsThoseOfAnInstanceThatIsThere) {
  (void)SweepAfter(std::chrono::hours(24));
  EXPECT_NE(cluster.state.operations.Find(deploy), nullptr);
  (void)SweepAfter(cluster.state.settings.operations_kept_for);
  EXPECT_EQ(cluster.state.operations.Find(deploy), nullptr);
}

TEST_F(Retention, TakesThoseThatAreTooManyOnceTheyWereThereForAMoment) {
  cluster.state.settings.operations_kept = 0;
  (void)SweepAfter(Millis(1'900));
  EXPECT_NE(cluster.state.operations.Find(deploy), nullptr);
  (void)SweepAfter(Millis(100));
  EXPECT_EQ(cluster.state.operations.Find(deploy), nullptr);
}

TEST_F(Retention, TakesThoseThatAreTooManyAfterTheClockWasSetBack) {
  cluster.state.settings.operations_kept = 0;
  cluster.now.wall -= std::chrono::hours(72);
  (void)SweepAfter(Millis(0));
  EXPECT_EQ(cluster.state.operations.Find(deploy), nullptr);
}

TEST_F(Retention, KeepsWhatARequestIdStandsFor) {
  cluster.state.settings.operations_kept_for = std::chrono::minutes(1);
  auto stop = cluster.Asking(OperationKind::kStop);
  stop.origin.request_id = stop.origin.request_key = "r1";
  (void)cluster.Give(stop);
  (void)cluster.End(stop.operation, Phase::kStopped);
  (void)SweepAfter(std::chrono::hours(1));
  EXPECT_NE(cluster.state.operations.Find(stop.operation), nullptr);
  EXPECT_EQ(cluster.state.operations.Find(deploy), nullptr);
  (void)SweepAfter(kRequestsKept);
  EXPECT_EQ(cluster.state.operations.Find(stop.operation), nullptr);
}

TEST_F(Retention, KeepsARequestIdThatWasGivenWhileTheClockWasAhead) {
  auto stop = cluster.Asking(OperationKind::kStop);
  stop.origin.request_id = stop.origin.request_key = "r1";
  (void)cluster.Give(stop);
  (void)cluster.End(stop.operation, Phase::kStopped);
  // A master that starts has seen no step.
  cluster.state.last_look.reset();
  cluster.now.wall -= std::chrono::hours(72);
  (void)SweepAfter(Millis(10'000));
  (void)SweepAfter(kWallDoubtMax);
  EXPECT_EQ(cluster.state.requests.size(), 1U);
  (void)SweepAfter(kRequestsKept);
  EXPECT_EQ(cluster.state.requests.size(), 0U);
}

TEST_F(Retention, TakesTheRequestIdsOfADeletedInstanceWithItsOperations) {
  DeleteShop("r1");
  (void)SweepAfter(Millis(10'000));
  EXPECT_EQ(cluster.state.requests.size(), 1U);
  (void)SweepAfter(cluster.state.settings.operations_of_deleted_kept_for);
  EXPECT_EQ(cluster.state.requests.size(), 0U);
  EXPECT_EQ(cluster.state.operations.size(), 0U);
}

}  // namespace
}  // namespace edm::master
