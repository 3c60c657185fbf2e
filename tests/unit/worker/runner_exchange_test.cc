#include <algorithm>
#include <utility>

#include "tests/unit/worker/runner_fixture.h"

namespace edm::worker {
namespace {

const Error kAway{Code::kUnavailable, "registry 10.0.0.10:5000", "connection refused"};

class RunnerExchange : public RunnerFixture {
 protected:
  static ImageRepository Repository() { return {.registry = "10.0.0.10:5000", .name = "edm/shop"}; }
  Order DeployWith(std::uint32_t attempt, std::uint32_t release) const {
    auto order = Deploy(attempt, release);
    order.repository = Repository();
    return order;
  }
  // As a master orders what was built of it before, elsewhere.
  Order Again(std::uint32_t attempt, std::uint32_t release, std::vector<ReleaseImage> images) const {
    auto order = DeployWith(attempt, release);
    order.images = std::move(images);
    return order;
  }
  // What the attempt said last about its images.
  std::vector<ReleaseImage> ImagesOf(std::uint32_t attempt) {
    std::vector<ReleaseImage> images;
    for (const auto& event : Events(attempt)) {
      if (const auto* built = std::get_if<Built>(&event.what)) images = built->images;
    }
    return images;
  }
  std::vector<std::string> Warnings(std::uint32_t attempt) {
    std::vector<std::string> texts;
    for (const auto& event : Events(attempt)) {
      if (const auto* warning = std::get_if<Warning>(&event.what)) texts.push_back(warning->text);
    }
    return texts;
  }
  std::size_t Builds() const {
    const auto calls = runtime_.calls();
    return static_cast<std::size_t>(
        std::ranges::count_if(calls, [](const std::string& call) { return call.starts_with("Build "); }));
  }
  // Built, pushed, and then deleted here: as on a worker that never had it.
  std::vector<ReleaseImage> MadeElsewhere() {
    EXPECT_EQ(Run(DeployWith(1, 1)).phase, Phase::kRunning);
    auto images = ImagesOf(1);
    EXPECT_EQ(Run(Reach(2, Target::kDeleted)).phase, Phase::kDeleted);
    EXPECT_TRUE(runtime_.is_empty());
    return images;
  }
};

TEST_F(RunnerExchange, WhatWasBuiltIsPushedOnceItRunsAndItsDigestTold) {
  exchange_.OnPush([this] { EXPECT_EQ(RunningRelease(), 1U); });
  EXPECT_EQ(Run(DeployWith(1, 1)).phase, Phase::kRunning);
  EXPECT_EQ(exchange_.calls(), std::vector<std::string>{"push edm/shop:web-r1"});
  const auto images = ImagesOf(1);
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(images[0].id, runtime_.ImageId("edm/shop/web:r1").value());
  EXPECT_FALSE(images[0].digest.empty());
  EXPECT_TRUE(Warnings(1).empty());
}

TEST_F(RunnerExchange, WithoutARegistryNothingIsPushed) {
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRunning);
  EXPECT_TRUE(exchange_.calls().empty());
  EXPECT_TRUE(ImagesOf(1).at(0).digest.empty());
}

TEST_F(RunnerExchange, ARegistryThatIsAwayFailsNoDeploy) {
  exchange_.SetFailure(kAway);
  const auto end = Run(DeployWith(1, 1));
  EXPECT_EQ(end.phase, Phase::kRunning);
  EXPECT_FALSE(end.failure);
  ASSERT_EQ(Warnings(1).size(), 1U);
  EXPECT_NE(Warnings(1)[0].find("connection refused"), std::string::npos);
  EXPECT_TRUE(ImagesOf(1).at(0).digest.empty());
}

TEST_F(RunnerExchange, APushIsTriedAgainWhileTheRegistryIsAwayForAMoment) {
  exchange_.SetFailure(kAway);
  exchange_.OnPush([this] {
    if (exchange_.calls().size() == 2) exchange_.SetFailure({});
  });
  EXPECT_EQ(Run(DeployWith(1, 1)).phase, Phase::kRunning);
  EXPECT_EQ(exchange_.calls().size(), 3U);
  EXPECT_TRUE(Warnings(1).empty());
  EXPECT_FALSE(ImagesOf(1).at(0).digest.empty());
}

TEST_F(RunnerExchange, WhatTheRegistryRefusesIsNotTriedAgain) {
  exchange_.SetFailure(Error{Code::kPermissionDenied, "registry 10.0.0.10:5000", "unauthorized"});
  EXPECT_EQ(Run(DeployWith(1, 1)).phase, Phase::kRunning);
  EXPECT_EQ(exchange_.calls().size(), 1U);
  EXPECT_EQ(Warnings(1).size(), 1U);
}

TEST_F(RunnerExchange, WhatCouldNotBePushedIsPushedWithALaterStart) {
  exchange_.SetFailure(kAway);
  EXPECT_EQ(Run(DeployWith(1, 1)).phase, Phase::kRunning);
  exchange_.SetFailure({});
  auto again = Reach(2, Target::kRunning, 1);
  again.restart = true;
  again.repository = Repository();
  EXPECT_EQ(Run(again).phase, Phase::kRunning);
  ASSERT_EQ(ImagesOf(2).size(), 1U);
  EXPECT_FALSE(ImagesOf(2).at(0).digest.empty());
  const auto pushes = exchange_.calls().size();
  again.attempt = 3;
  EXPECT_EQ(Run(again).phase, Phase::kRunning);
  EXPECT_EQ(exchange_.calls().size(), pushes) << "it is there";
}

TEST_F(RunnerExchange, WhatDidNotStartIsNotPushed) {
  readiness_.FailNext({Code::kFailedPrecondition, "web", "it exits with 1"});
  EXPECT_EQ(Run(DeployWith(1, 1)).phase, Phase::kFailed);
  EXPECT_TRUE(exchange_.calls().empty());
}

TEST_F(RunnerExchange, AnotherWorkerPullsWhatWasBuilt) {
  const auto images = MadeElsewhere();
  const auto end = Run(Again(3, 1, images));
  EXPECT_EQ(end.phase, Phase::kRunning);
  EXPECT_EQ(Builds(), 1U);
  EXPECT_EQ(exchange_.calls().back(), "pull " + images.at(0).digest);
  EXPECT_EQ(ImagesOf(3), images);
  EXPECT_TRUE(Warnings(3).empty());
  EXPECT_EQ(runtime_.ImageId("edm/shop/web:r1").value(), images.at(0).id);
}

TEST_F(RunnerExchange, WhatIsThereAlreadyIsNotPulled) {
  EXPECT_EQ(Run(DeployWith(1, 1)).phase, Phase::kRunning);
  EXPECT_EQ(Run(Again(2, 1, ImagesOf(1))).phase, Phase::kRunning);
  EXPECT_EQ(exchange_.calls(), std::vector<std::string>{"push edm/shop:web-r1"});
  EXPECT_EQ(Builds(), 1U);
}

TEST_F(RunnerExchange, WhatTheRegistryHasLostIsBuiltAgainAndPushedAgain) {
  const auto images = MadeElsewhere();
  exchange_.Lose();
  EXPECT_EQ(Run(Again(3, 1, images)).phase, Phase::kRunning);
  EXPECT_EQ(Builds(), 2U);
  ASSERT_EQ(Warnings(3).size(), 1U);
  EXPECT_NE(Warnings(3)[0].find("built again"), std::string::npos);
  EXPECT_EQ(exchange_.calls().back(), "push edm/shop:web-r1");
}

TEST_F(RunnerExchange, WhereTheRegistryIsAwayItIsBuiltAgain) {
  const auto images = MadeElsewhere();
  exchange_.SetFailure(kAway);
  EXPECT_EQ(Run(Again(3, 1, images)).phase, Phase::kRunning);
  EXPECT_EQ(Builds(), 2U);
  ASSERT_EQ(Warnings(3).size(), 2U);
  EXPECT_NE(Warnings(3)[0].find("built again"), std::string::npos);
}

TEST_F(RunnerExchange, WhatIsToBeBuiltAnewIsNotPulled) {
  auto order = Again(3, 1, MadeElsewhere());
  order.no_cache = true;
  EXPECT_EQ(Run(order).phase, Phase::kRunning);
  EXPECT_EQ(Builds(), 2U);
}

TEST_F(RunnerExchange, ANewerOrderCutsAPushShortAndNothingElse) {
  exchange_.OnPush([this] { EXPECT_TRUE(runner_->Assign(Reach(2, Target::kStopped)).ok()); });
  const auto end = Run(DeployWith(1, 1));
  EXPECT_EQ(end.phase, Phase::kRunning);
  EXPECT_EQ(end.running_release, 1U);
  EXPECT_FALSE(end.failure);
  EXPECT_EQ(EndOf(2).phase, Phase::kStopped);
}

TEST_F(RunnerExchange, APushThatAKillBrokeOffIsDoneAgain) {
  bool is_first = true;
  exchange_.OnPush([this, &is_first] {
    if (std::exchange(is_first, false)) runner_->Stop();
  });
  ASSERT_TRUE(runner_->Assign(DeployWith(1, 1)).ok());
  executor_->RunAll();
  EXPECT_FALSE(HasEnded(1));
  Begin();
  executor_->RunAll();
  EXPECT_EQ(EndOf(1).phase, Phase::kRunning);
  EXPECT_FALSE(ImagesOf(1).at(0).digest.empty());
  EXPECT_EQ(exchange_.calls().size(), 2U);
}

}  // namespace
}  // namespace edm::worker
