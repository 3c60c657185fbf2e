#include "tests/unit/worker/runner_fixture.h"

namespace edm::worker {
namespace {

// `job` stands for a store here: it runs, and writes to a volume.
class RunnerKeep : public RunnerFixture {
 protected:
  RunnerKeep() {
    workloads_.AddVolume("job");
    runtime_.SetContent("job", "the same");
    Run(Deploy(1, 1));
    store_ = Find("job").id;
  }
  ContainerFacts Find(const std::string& service) {
    for (const auto& facts : Containers()) {
      if (facts.service == service) return facts;
    }
    ADD_FAILURE() << "there is no " << service;
    return {};
  }
  std::ptrdiff_t CountOf(const std::string& call) {
    const auto calls = runtime_.calls();
    return std::count(calls.begin(), calls.end(), call);
  }
  std::string store_;
};

TEST_F(RunnerKeep, AStoreThatHasNotChangedRunsOnFromReleaseToRelease) {
  for (std::uint32_t release = 2; release <= 4; ++release) {
    EXPECT_EQ(Run(Deploy(release, release, release - 1)).running_release, release);
    EXPECT_EQ(Find("job").id, store_);
    EXPECT_EQ(Find("web").release, release);
    EXPECT_EQ(files_.Releases("shop").value(),
              (release == 2 ? std::vector<std::uint32_t>{1, 2}
                            : std::vector<std::uint32_t>{1, release - 1, release}))
        << "its container uses the checkout of release 1";
  }
  EXPECT_EQ(Run(Reach(5, Target::kRunning, 3)).running_release, 3U);
  EXPECT_EQ(Find("job").id, store_);
  EXPECT_EQ(Find("web").release, 3U);
}

TEST_F(RunnerKeep, ItStopsAndStartsAsAnyOther) {
  Run(Deploy(2, 2, 1));
  Run(Reach(3, Target::kStopped));
  EXPECT_EQ(Find("job").state, ContainerState::kExited);
  EXPECT_EQ(Run(Reach(4, Target::kRunning, 2)).running_release, 2U);
  EXPECT_EQ(Find("job").id, store_);
  EXPECT_EQ(CountOf("Up shop"), 2);
}

TEST_F(RunnerKeep, AWorkerThatComesBackFindsThatAllIsThere) {
  Run(Deploy(2, 2, 1));
  Begin();
  executor_->RunAll();
  EXPECT_EQ(CountOf("Up shop"), 2);
  EXPECT_EQ(Find("job").id, store_);
}

TEST_F(RunnerKeep, AWorkerThatComesBackMakesOnlyWhatIsGone) {
  Run(Deploy(2, 2, 1));
  runtime_.Lose("shop", "web");
  Begin();
  executor_->RunAll();
  EXPECT_EQ(Find("web").release, 2U);
  EXPECT_EQ(Find("job").id, store_);
}

TEST_F(RunnerKeep, ADeployOfWhatRunsFindsThatItRuns) {
  Run(Deploy(2, 2, 1));
  auto again = Deploy(3, 3, 2);
  again.holds_address = true;
  EXPECT_EQ(Run(again).running_release, 2U);
  EXPECT_EQ(CountOf("Up shop"), 2);
}

TEST_F(RunnerKeep, AReleaseThatFailsAndTheOneThatIsPutBackHaveTheSame) {
  runtime_.Fail("Up", {Code::kFailedPrecondition, "shop/web", "it exits at once"}, 1, "shop");
  const auto end = Run(Deploy(2, 2, 1));
  EXPECT_EQ(end.restored_release, 1U);
  EXPECT_EQ(Find("job").id, store_);
  EXPECT_EQ(Find("web").release, 1U);
}

TEST_F(RunnerKeep, WithoutTheCacheAllIsMadeAnew) {
  auto order = Deploy(2, 2, 1);
  order.no_cache = true;
  Run(order);
  EXPECT_NE(Find("job").id, store_);
  EXPECT_EQ(Find("job").release, 2U);
}

TEST_F(RunnerKeep, WhatNoLongerWritesAnywhereIsMadeAnewAndTheFirstReleaseGoes) {
  Run(Deploy(2, 2, 1));
  workloads_.AddVolume("");
  Run(Deploy(3, 3, 2));
  EXPECT_EQ(Find("job").release, 3U);
  Run(Deploy(4, 4, 3));
  EXPECT_EQ(files_.Releases("shop").value(), (std::vector<std::uint32_t>{3, 4}));
}

}  // namespace
}  // namespace edm::worker
