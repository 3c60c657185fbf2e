#include "tests/unit/worker/runner_fixture.h"

namespace edm::worker {
namespace {

const Error kFull{Code::kResourceExhausted, "build of web", "write /x: no space left on device"};

class RunnerRoom : public RunnerFixture {
 protected:
  ~RunnerRoom() override { EXPECT_EQ(room_.open, 0); }

  bool HasLogged(std::uint32_t attempt, const std::string& text) {
    for (const auto& event : Events(attempt)) {
      const auto* line = std::get_if<BuildLine>(&event.what);
      if (line != nullptr && line->text == text) return true;
    }
    return false;
  }
};

TEST_F(RunnerRoom, WithoutRoomAnOrderIsRejectedBeforeItsSourceIsFetched) {
  room_.refusal = Error{Code::kResourceExhausted, "disk of the worker", "60 MiB free on /var/lib/docker"};
  const auto end = Run(Deploy(1, 1));
  EXPECT_EQ(end.phase, Phase::kRejected);
  ASSERT_TRUE(end.failure.has_value());
  EXPECT_EQ(end.failure->code, Code::kResourceExhausted);
  EXPECT_NE(end.failure->cause.find("/var/lib/docker"), std::string::npos);
  EXPECT_TRUE(sources_.checkouts().empty());
  EXPECT_EQ(room_.built, 0U);
}

TEST_F(RunnerRoom, WhatWentBeforeABuildIsSaidInItsLog) {
  room_.said = "removed 7 records of the build cache";
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRunning);
  EXPECT_TRUE(HasLogged(1, *room_.said));
  EXPECT_GT(room_.built, 0U);
}

TEST_F(RunnerRoom, ABuildThatMeetsAFullDiskIsTriedOnceMoreAfterRoomWasMade) {
  runtime_.Fail("Build", kFull);
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRunning);
  EXPECT_EQ(room_.cleared, 1);
}

TEST_F(RunnerRoom, SoIsOneWhoseOwnProgramMetIt) {
  runtime_.Fail("Build", {Code::kFailedPrecondition,
                          "build of web",
                          "RUN make ended with 2",
                          {"cc1: fatal error: a.o: No space left on device"}});
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRunning);
  EXPECT_EQ(room_.cleared, 1);
}

TEST_F(RunnerRoom, ItIsTriedOnceMoreOnlyAndNotWhereNothingWent) {
  runtime_.Fail("Build", kFull, 100);
  EXPECT_EQ(Run(Deploy(1, 1)).failure->code, Code::kResourceExhausted);
  EXPECT_EQ(room_.cleared, 1);
  room_.can_clear = false;
  EXPECT_EQ(Run(Deploy(2, 2)).failure->code, Code::kResourceExhausted);
  EXPECT_EQ(room_.cleared, 2);
}

TEST_F(RunnerRoom, NoOtherFailureCostsTheCache) {
  runtime_.Fail("Build",
                {Code::kFailedPrecondition, "build of web", "RUN make ended with 2", {"make: error"}});
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kFailed);
  EXPECT_EQ(room_.cleared, 0);
}

TEST_F(RunnerRoom, ReleasesAreHeldFromTheirOrderOnUntilTheyAreCollected) {
  ASSERT_TRUE(runner_->Assign(Deploy(1, 1)).ok());
  EXPECT_TRUE(runner_->HeldReleases().contains({"shop", 1}));
  executor_->RunAll();
  Run(Deploy(2, 2, 1));
  EXPECT_TRUE(runner_->HeldReleases().contains({"shop", 1}));
  EXPECT_TRUE(runner_->HeldReleases().contains({"shop", 2}));
  EXPECT_EQ(runner_->OldHistories(), (std::set<AttemptKey>{{"shop", 1}}));
}

}  // namespace
}  // namespace edm::worker
