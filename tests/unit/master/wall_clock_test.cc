#include "master/core/wall_clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "master/core/tokens.h"
#include "tests/unit/master/cluster_fixture.h"

// Somebody sets the wall clock, forward or back: what was promised by the time holds all the same.
namespace edm::master {
namespace {

constexpr Millis kHour = std::chrono::hours(1);
constexpr Millis kYear = std::chrono::hours(24 * 365);

CreateToken TokenFor(const std::string& id, std::optional<Millis> lifetime) {
  CreateToken create;
  create.token.id = id;
  create.token.name = "token-" + id;
  create.token.kind = TokenKind::kPerson;
  create.lifetime = lifetime;
  return create;
}

Begin Keyed(ClusterFixture& cluster, OperationKind kind) {
  auto begin = cluster.Asking(kind);
  begin.origin.request_id = "r1";
  begin.origin.request_key = "key";
  begin.origin.request_digest = "digest";
  return begin;
}

// Both directions, from a blink to a dead battery.
class WallStep : public testing::TestWithParam<Millis> {
 protected:
  WallStep() {
    cluster.AddWorker("w1");
    cluster.AddInstance("shop");
    cluster.Pass(Millis(10'000));
  }
  void Step() { cluster.now.wall += GetParam(); }
  void Sweep() {
    for (int round = 0; round < 3; ++round) (void)DecideSweep(cluster.state, cluster.now);
  }

  void ExpectKnown(Begin again) {
    const auto first = std::exchange(again.operation, "op-other");
    const auto repeated = cluster.Give(again);
    ASSERT_TRUE(repeated.reply.ok());
    EXPECT_EQ(repeated.reply->operation, first);
  }

  // What the next master has of this one is what is stored.
  void NextMaster() {
    cluster.state.last_look.reset();
    cluster.state.wall_trusted_from = {};
    cluster.state.started = cluster.now.steady;
    (void)cluster.Tell(Recovered{});
  }

  ClusterFixture cluster;
};

TEST_P(WallStep, NeitherEndsNorProlongsAnOperation) {
  const auto id = cluster.DeployToOrder();
  const auto given = cluster.Op(id).operation.deadline - cluster.now.wall;
  Step();
  cluster.Pass(given - Millis(1'000));
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
  cluster.Pass(Millis(1'000) + kDeadlineSlack + Millis(500));
  EXPECT_EQ(cluster.StateOf(id), OperationState::kExpired);
}

TEST_P(WallStep, LosesNoWorkerAndNoLease) {
  const auto id = cluster.DeployToOrder();
  Step();
  cluster.Pass(Millis(30'000));
  EXPECT_EQ(cluster.state.workers.Find("w1")->state, WorkerState::kReady);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
  cluster.Pass(Millis(5'000), false);
  EXPECT_EQ(cluster.state.workers.Find("w1")->state, WorkerState::kLost) << "silence is still noticed";
}

TEST_P(WallStep, NeverGivesAnOperationOrAStepANegativeLength) {
  const auto id = cluster.DeployToOrder();
  (void)cluster.Event(id, 1, edm::Step{.name = "build", .state = StepState::kRunning});
  Step();
  (void)cluster.Event(id, 2, edm::Step{.name = "build", .state = StepState::kDone});
  (void)cluster.End(id, Phase::kFailed, 0, Error{Code::kInternal, "x", "y", {}, ""});
  const auto& operation = cluster.Op(id).operation;
  EXPECT_GE(*operation.ended_at, operation.created_at);
  for (const auto& step : operation.steps) {
    if (step.started_at && step.ended_at) {
      EXPECT_GE(*step.ended_at, *step.started_at) << step.name;
    }
  }
}

TEST_P(WallStep, TakesAWorkersLateEndForLate) {
  const auto id = cluster.DeployToOrder();
  const auto given = cluster.Op(id).operation.deadline - cluster.now.wall;
  Step();
  cluster.Pass(given);
  const Error late{Code::kDeadlineExceeded, "instance shop", "not done in time", {}, "more time"};
  (void)cluster.End(id, Phase::kCancelled, 0, late);
  EXPECT_EQ(cluster.StateOf(id), OperationState::kExpired);
}

TEST_P(WallStep, KeepsARequestIdForItsWholeTime) {
  const auto begin = Keyed(cluster, OperationKind::kDelete);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  Step();
  Sweep();
  ExpectKnown(begin);
  auto again = begin;
  again.origin.request_digest = "another";
  EXPECT_EQ(cluster.Give(again).reply.error().code, Code::kAlreadyExists);
}

TEST_P(WallStep, LetsARequestIdGoInTheEnd) {
  ASSERT_TRUE(cluster.Give(Keyed(cluster, OperationKind::kDelete)).reply.ok());
  Step();
  Sweep();
  // Set back by little more than it is kept, it does not look like one from the future and ends by its own
  // time; set back by more, its time counts from when that was seen.
  for (const auto later : {kWallDistrust + 26 * kHour, Millis(kRequestsKept)}) {
    cluster.now.wall += later;
    cluster.now.steady += later;
    Sweep();
  }
  EXPECT_EQ(cluster.state.requests.size(), 0U);
}

TEST_P(WallStep, CostsNoTokenOnceTheClockIsRightAgain) {
  ASSERT_TRUE(cluster.Give(TokenFor("a", kHour)).reply.ok());
  ASSERT_TRUE(cluster.Give(TokenFor("b", std::nullopt)).reply.ok());
  Step();
  Sweep();
  EXPECT_EQ(cluster.state.tokens.size(), 2U);
  cluster.now.wall -= GetParam();
  cluster.Pass(Millis(1'000));
  for (const auto* id : {"a", "b"}) {
    ASSERT_NE(cluster.state.tokens.Find(id), nullptr);
    EXPECT_TRUE(CheckToken(*cluster.state.tokens.Find(id), cluster.now.wall).ok());
  }
}

TEST_P(WallStep, KeepsTheHistoryOfOperations) {
  const auto id = cluster.DeployToRunning();
  Step();
  Sweep();
  EXPECT_NE(cluster.state.operations.Find(id), nullptr);
}

TEST_P(WallStep, IsToldOnce) {
  Step();
  const auto told = [](const Decision& decision) {
    return std::ranges::count(decision.events, std::string("clock.stepped"), &ClusterNote::kind);
  };
  EXPECT_EQ(told(cluster.Tell(Tick{})), 1);
  EXPECT_EQ(told(cluster.Tell(Tick{})), 0);
}

TEST_P(WallStep, BetweenTwoMastersGivesAnOperationNoMoreThanItsTime) {
  const auto id = cluster.DeployToOrder();
  const auto given = cluster.Op(id).operation.deadline - cluster.Op(id).operation.created_at;
  Step();
  (void)cluster.Tell(Recovered{});
  EXPECT_LE(cluster.Op(id).expires - cluster.now.steady, given);
  EXPECT_GE(cluster.Op(id).expires, cluster.now.steady);
  cluster.Pass(Millis(1'000));
  EXPECT_EQ(cluster.StateOf(id), OperationState::kRunning);
}

// Nobody has seen the step: the first sweep comes before anybody can have set the clock right.
TEST_P(WallStep, BetweenTwoMastersCostsNoRequestId) {
  const auto begin = Keyed(cluster, OperationKind::kDelete);
  ASSERT_TRUE(cluster.Give(begin).reply.ok());
  Step();
  NextMaster();
  Sweep();
  cluster.Pass(Millis(1'000));
  Sweep();
  ExpectKnown(begin);
  // Set right again, it is a step that is seen.
  cluster.now.wall -= GetParam();
  cluster.Pass(Millis(1'000));
  cluster.now.wall += kWallDoubtMax;
  cluster.now.steady += kWallDoubtMax;
  Sweep();
  EXPECT_EQ(cluster.state.requests.size(), 1U);
}

TEST_P(WallStep, BetweenTwoMastersCostsNoRequestIdOfADeletedInstance) {
  auto begin = Keyed(cluster, OperationKind::kDelete);
  (void)cluster.Give(begin);
  (void)cluster.End(begin.operation, Phase::kDeleted);
  (void)cluster.Tell(RepoDeleted{begin.operation, Unit{}});
  ASSERT_EQ(cluster.StateOf(begin.operation), OperationState::kDone);
  Step();
  NextMaster();
  Sweep();
  EXPECT_EQ(cluster.state.requests.size(), 1U);
  EXPECT_NE(cluster.state.operations.Find(begin.operation), nullptr);
}

TEST_P(WallStep, BetweenTwoMastersCostsNoTokenAndNoHistory) {
  ASSERT_TRUE(cluster.Give(TokenFor("a", kHour)).reply.ok());
  const auto id = cluster.DeployToRunning();
  Step();
  NextMaster();
  Sweep();
  EXPECT_NE(cluster.state.tokens.Find("a"), nullptr);
  EXPECT_NE(cluster.state.operations.Find(id), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Both, WallStep, testing::Values(kHour * 25, kYear * 12, -kHour * 25, -kYear * 12),
                         [](const auto& tested) {
                           const auto hours = std::chrono::duration_cast<std::chrono::hours>(tested.param);
                           const auto count = std::to_string(std::abs(hours.count()));
                           return (tested.param > Millis(0) ? "Forward" : "Back") + count + "Hours";
                         });

TEST(WallClock, OfAMasterThatHasBegunIsDoubtedForAWhile) {
  ClusterFixture cluster;
  cluster.AddInstance("shop");
  ASSERT_TRUE(cluster.Give(Keyed(cluster, OperationKind::kDelete)).reply.ok());
  ASSERT_TRUE(cluster.Give(TokenFor("short", Millis(10'000))).reply.ok());
  cluster.now.wall += kRequestsKept;
  const auto after = [&](Millis by) {
    cluster.now.wall += by;
    cluster.now.steady += by;
    (void)DecideSweep(cluster.state, cluster.now);
  };
  after(Millis(9'999));
  EXPECT_EQ(cluster.state.tokens.size(), 1U);
  after(Millis(1));
  EXPECT_EQ(cluster.state.tokens.size(), 0U) << "it has led for as long as the token was to last";
  after(kWallDoubtMax - Millis(10'001));
  EXPECT_EQ(cluster.state.requests.size(), 1U);
  after(Millis(1));
  EXPECT_EQ(cluster.state.requests.size(), 0U);
}

TEST(WallClock, ThatDriftsIsTrusted) {
  ClusterFixture cluster;
  (void)cluster.Tell(Tick{});
  for (int i = 0; i < 100; ++i) {
    cluster.now.wall += Millis(1'001);
    cluster.now.steady += Millis(1'000);
    EXPECT_TRUE(cluster.Tell(Tick{}).events.empty());
  }
}

}  // namespace
}  // namespace edm::master
