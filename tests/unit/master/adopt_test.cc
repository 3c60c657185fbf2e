#include <gtest/gtest.h>

#include "common/model/epoch.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

// A state out of a backup, whose workers have gone on since.
struct RestoredCluster : ClusterFixture {
  RestoredCluster() {
    state.epoch = kEpochLeap + 1;
    AddWorker("w1");
    AddInstance("shop");
    (void)DeployToRunning();
  }

  // The master begins anew on the state that it had.
  void Restart() {
    for (const auto& worker : state.workers.Records()) {
      auto silent = *worker;
      silent.session.clear();
      state.workers.Put(worker->facts.id, std::make_shared<const WorkerRecord>(std::move(silent)));
    }
    (void)Tell(Recovered{});
  }

  Observation Seen(std::uint32_t attempt, std::uint32_t release = 1, Phase phase = Phase::kRunning) const {
    Observation seen;
    seen.instance = "shop";
    seen.attempt = attempt;
    seen.phase = phase;
    seen.health = release != 0 ? Health::kHealthy : Health::kUnknown;
    seen.release = release;
    seen.operation = "op-later";
    if (release != 0) seen.endpoints = {{.service = "web", .port = 30'081, .url = "http://10.0.0.1:30081"}};
    return seen;
  }
};

struct Adopt : ::testing::Test, RestoredCluster {};

TEST_F(Adopt, TheNumbersGoOnFromWhatTheWorkerHasSeen) {
  struct Case {
    std::uint32_t attempt;
    std::uint32_t release;
    std::uint32_t attempts_then;
    std::uint32_t releases_then;
  };
  // The state knows of attempt 1 and release 1.
  for (const auto& one : std::vector<Case>{{1, 1, 1, 1}, {2, 1, 2, 1}, {7, 4, 7, 4}, {7, 0, 7, 1}}) {
    RestoredCluster fresh;
    fresh.Restart();
    fresh.AddWorker("w1", {fresh.Seen(one.attempt, one.release)});
    EXPECT_EQ(fresh.Inst().attempts, one.attempts_then) << one.attempt;
    EXPECT_EQ(fresh.Inst().releases, one.releases_then) << one.attempt;
    const auto next = fresh.DeployToOrder();
    EXPECT_EQ(fresh.Op(next).attempt, one.attempts_then + 1)
        << "the next order is above what the worker has seen";
    EXPECT_EQ(fresh.Op(next).operation.release, one.releases_then + 1);
  }
}

TEST_F(Adopt, WhatRunsThereIsWhatIsSo) {
  Restart();
  AddWorker("w1", {Seen(5, 3)});
  const auto& status = Inst().instance.status;
  EXPECT_EQ(status.phase, Phase::kRunning);
  EXPECT_EQ(status.release, 3);
  ASSERT_EQ(status.endpoints.size(), 1);
  EXPECT_EQ(status.endpoints[0].url, "http://10.0.0.1:30081");
}

TEST_F(Adopt, AnInstanceThatMovedSinceIsWhereTheNewerAttemptIs) {
  Restart();
  AddWorker("w1");
  AddWorker("w2", {Seen(2)});
  EXPECT_EQ(Inst().instance.status.worker, "w2");
  EXPECT_EQ(Inst().instance.status.phase, Phase::kRunning);
  AddWorker("w1", {Seen(1)});
  EXPECT_EQ(Inst().instance.status.worker, "w2") << "an older attempt elsewhere changes nothing";
}

TEST_F(Adopt, WhatWasOpenAtTheBackupHasEndedSince) {
  const auto open = DeployToOrder();
  ASSERT_EQ(Op(open).attempt, 2);
  Restart();
  AddWorker("w1", {Seen(4)});
  EXPECT_EQ(StateOf(open), OperationState::kFailed);
  EXPECT_EQ(Op(open).operation.failure->code, Code::kAborted);
  EXPECT_EQ(Inst().instance.status.phase, Phase::kRunning);
  EXPECT_EQ(Inst().attempts, 4);
}

TEST_F(Adopt, AnAttemptThatIsUnderWayAsItWasGoesOn) {
  const auto open = DeployToOrder();
  Restart();
  AddWorker("w1", {Seen(2, 1, Phase::kBuilding)});
  EXPECT_EQ(StateOf(open), OperationState::kRunning);
  (void)End(open, Phase::kRunning, Op(open).operation.release);
  EXPECT_EQ(StateOf(open), OperationState::kDone);
}

TEST_F(Adopt, AClusterThatWasNeverRestoredTakesNoNumbersFromAWorker) {
  state.epoch = 7;
  Restart();
  AddWorker("w1", {Seen(9, 3)});
  EXPECT_EQ(Inst().attempts, 1) << "they are of an instance of the same id that was deleted";
}

TEST_F(Adopt, WhatWasDeletedOnTheWorkerIsNotAdopted) {
  Restart();
  AddWorker("w1", {Seen(9, 0, Phase::kDeleted)});
  EXPECT_EQ(Inst().attempts, 1);
}

TEST_F(Adopt, ACopyOnItsWayOutIsNotWhereTheInstanceIs) {
  Restart();
  auto leaving = Seen(4, 0, Phase::kStopping);
  leaving.operation = "eviction";
  AddWorker("w1", {leaving});
  AddWorker("w2", {Seen(3)});
  EXPECT_EQ(Inst().instance.status.worker, "w2");
}

TEST_F(Adopt, WhatTheStateDoesNotKnowIsLeftAlone) {
  Restart();
  auto seen = Seen(3);
  seen.instance = "made-later";
  AddWorker("w1", {Seen(1), seen});
  EXPECT_EQ(state.instances.Find("made-later"), nullptr);
  Pass(state.settings.evict_after * 4);
  EXPECT_EQ(state.watch.copies.Find("w1", "made-later")->evicting, 0U) << "it was made after the backup";
  EXPECT_EQ(Inst().instance.status.phase, Phase::kRunning);
}

}  // namespace
}  // namespace edm::master
