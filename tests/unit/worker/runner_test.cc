#include "tests/unit/worker/runner_fixture.h"

namespace edm::worker {
namespace {

const Error kBroken{.code = Code::kFailedPrecondition, .object = "shop/web", .cause = "it is broken"};

TEST_F(RunnerFixture, ADeployBuildsStartsAndPublishes) {
  const auto end = Run(Deploy(1, 1));
  EXPECT_EQ(end.phase, Phase::kRunning);
  EXPECT_EQ(end.running_release, 1u);
  ASSERT_EQ(end.endpoints.size(), 1u);
  EXPECT_EQ(end.endpoints[0].url, "http://10.0.0.12:20000");
  EXPECT_EQ(RunningRelease(), 1u);
  EXPECT_EQ(directory_.holders(), std::set<std::string>{"shop"});
  EXPECT_EQ(directory_.published().at("shop").endpoints, end.endpoints);
}

TEST_F(RunnerFixture, EventsTellPhasesAndStepsInOrderAndWithoutHoles) {
  Run(Deploy(1, 1));
  std::vector<std::string> told;
  std::uint32_t cursor = 0;
  for (const auto& event : Events(1)) {
    EXPECT_EQ(event.cursor, ++cursor);
    if (const auto* phase = std::get_if<Phase>(&event.what)) told.emplace_back(PhaseName(*phase));
    if (const auto* step = std::get_if<Step>(&event.what)) {
      if (step->state == StepState::kDone) told.push_back(step->name + ": " + step->detail);
    }
    if (std::holds_alternative<Built>(event.what)) told.emplace_back("built");
    if (std::holds_alternative<AttemptEnd>(event.what)) told.emplace_back("end");
  }
  EXPECT_EQ(told, (std::vector<std::string>{"FETCHING", "policy: compose.yaml, 2 services", "BUILDING",
                                            "built", "BUILT", "build: web 0.0 s", "STARTING", "RUNNING",
                                            "start: job exit 0, web healthy", "end"}));
}

TEST_F(RunnerFixture, BuiltIsEnoughWhenNoMoreIsAsked) {
  auto order = Deploy(1, 1);
  order.target = Target::kBuilt;
  EXPECT_EQ(Run(order).phase, Phase::kBuilt);
  EXPECT_TRUE(Containers().empty());
  EXPECT_EQ(directory_.holders().size(), 1u);
  EXPECT_EQ(Run(Reach(2, Target::kRunning, 1)).phase, Phase::kRunning);
}

TEST_F(RunnerFixture, AFailedBuildLeavesNothingAndTheOldReleaseRuns) {
  Run(Deploy(1, 1));
  runtime_.Fail("Build", kBroken);
  const auto end = Run(Deploy(2, 2, 1));
  EXPECT_EQ(end.phase, Phase::kFailed);
  EXPECT_EQ(end.failure->cause, "it is broken");
  EXPECT_EQ(end.running_release, 1u);
  EXPECT_EQ(RunningRelease(), 1u);
  EXPECT_EQ(runtime_.Everything()->images.size(), 1u);
}

TEST_F(RunnerFixture, TheHolderIsNotPublishedAfterAFailedBuild) {
  runtime_.Fail("Build", kBroken);
  Run(Deploy(1, 1));
  EXPECT_TRUE(directory_.holders().empty());
}

TEST_F(RunnerFixture, ARefusedFolderFailsWithItsReason) {
  workloads_.FailNext({Code::kInvalidArgument, "compose.yaml:3:5 services.web.privileged", "not allowed"});
  const auto end = Run(Deploy(1, 1));
  EXPECT_EQ(end.phase, Phase::kFailed);
  EXPECT_EQ(end.failure->object, "compose.yaml:3:5 services.web.privileged");
  EXPECT_TRUE(runtime_.is_empty());
}

TEST_F(RunnerFixture, AnEngineThatIsAwayIsNotTheWorkloadsFault) {
  runtime_.Fail("Build", {Code::kUnavailable, "container engine", "away"});
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRejected);
}

TEST_F(RunnerFixture, ATrialThatFailsNeverTouchesWhatRuns) {
  Run(Deploy(1, 1));
  const auto before = Containers();
  readiness_.FailNext({Code::kDeadlineExceeded, "shop_trial/web", "not healthy", {"shop_trial.web.1: no"}});
  const auto end = Run(Deploy(2, 2, 1));
  EXPECT_EQ(end.phase, Phase::kFailed);
  EXPECT_EQ(end.failure->object, "shop/web");
  EXPECT_TRUE(end.still_serves);
  EXPECT_EQ(end.failure->evidence, std::vector<std::string>{"shop.web.1: no"});
  EXPECT_EQ(end.restored_release, 1u);
  EXPECT_EQ(end.running_release, 1u);
  EXPECT_EQ(end.endpoints.size(), 1u);
  EXPECT_EQ(end.services.size(), 2u);
  ASSERT_EQ(Containers().size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(Containers()[i].id, before[i].id);
  const auto calls = runtime_.calls();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "Up shop"), 1);
  // Its containers are kept, stopped, for as long as others that failed; its subnets are free.
  ASSERT_EQ(Tried().size(), 2u);
  EXPECT_EQ(Tried()[0].state, ContainerState::kExited);
  clock_.Advance(Seconds(3'601));
  runner_->Tick();
  executor_->RunAll();
  EXPECT_TRUE(Tried().empty());
  EXPECT_EQ(RunningRelease(), 1u);
}

TEST_F(RunnerFixture, AFailedTrialThatCannotBeStoppedNowIsRemovedOnceTheEngineIsBack) {
  Run(Deploy(1, 1));
  readiness_.FailNext({Code::kDeadlineExceeded, "shop_trial/web", "not healthy"});
  runtime_.Fail("Stop", {Code::kUnavailable, "container engine", "it does not answer"}, 1, "shop_trial");
  EXPECT_EQ(Run(Deploy(2, 2, 1)).phase, Phase::kFailed);
  runner_->Tick();
  executor_->RunAll();
  EXPECT_TRUE(Tried().empty());
  EXPECT_EQ(RunningRelease(), 1u);
}

TEST_F(RunnerFixture, WhatFailedAndCannotBeStoppedNowIsRemovedOnceTheEngineIsBack) {
  readiness_.FailNext({Code::kDeadlineExceeded, "shop/web", "not healthy"});
  runtime_.Fail("Stop", {Code::kUnavailable, "container engine", "it does not answer"}, 1, "shop");
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kFailed);
  EXPECT_EQ(RunningRelease(), 1u);
  runner_->Tick();
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 0u);
}

TEST_F(RunnerFixture, ATrialThatSucceedsIsGoneBeforeTheReleaseStarts) {
  Run(Deploy(1, 1));
  EXPECT_EQ(Run(Deploy(2, 2, 1)).running_release, 2u);
  EXPECT_TRUE(Tried().empty());
  const auto calls = runtime_.calls();
  const auto tried = std::find(calls.begin(), calls.end(), "Up shop_trial");
  ASSERT_NE(tried, calls.end());
  const auto gone = std::find(tried, calls.end(), "Remove shop_trial");
  EXPECT_NE(std::find(gone, calls.end(), "Up shop"), calls.end());
  // What was tried gets no more than its window afterwards.
  EXPECT_EQ(readiness_.requests().at(1).instance, "shop_trial");
  EXPECT_EQ(readiness_.requests().at(2).instance, "shop");
}

TEST_F(RunnerFixture, AStopEndsATrialAndTakesItAway) {
  Run(Deploy(1, 1));
  readiness_.FailNext(kBroken);
  Run(Deploy(2, 2, 1));
  ASSERT_FALSE(Tried().empty());
  EXPECT_EQ(Run(Reach(3, Target::kStopped)).phase, Phase::kStopped);
  EXPECT_TRUE(Tried().empty());
}

TEST_F(RunnerFixture, ACancelledTrialIsNotKept) {
  Run(Deploy(1, 1));
  readiness_.FailNext({Code::kCancelled, "instance shop_trial", "cancelled"});
  const auto order = Deploy(2, 2, 1);
  ASSERT_TRUE(runner_->Assign(order).ok());
  while (Tried().empty() && executor_->RunOne()) {
    const auto calls = runtime_.calls();
    if (std::count(calls.begin(), calls.end(), "Remove shop_trial") > 0) break;
    if (std::find(calls.begin(), calls.end(), "Build edm/shop/web:r2") == calls.end()) continue;
    EXPECT_TRUE(runner_->Cancel(1, "shop", 2, "no longer wanted").ok());
  }
  executor_->RunAll();
  EXPECT_EQ(EndOf(2).phase, Phase::kCancelled);
  EXPECT_EQ(RunningRelease(), 1u);
  EXPECT_TRUE(Tried().empty());
}

TEST_F(RunnerFixture, ARollbackIsTriedAndARestartIsNot) {
  Run(Deploy(1, 1));
  Run(Deploy(2, 2, 1));
  auto restart = Reach(3, Target::kRunning, 2);
  restart.restart = true;
  const auto tries = [&] {
    const auto calls = runtime_.calls();
    return std::count(calls.begin(), calls.end(), "Up shop_trial");
  };
  EXPECT_EQ(tries(), 1);
  Run(restart);
  EXPECT_EQ(tries(), 1);
  EXPECT_EQ(Run(Reach(4, Target::kRunning, 1)).running_release, 1u);
  EXPECT_EQ(tries(), 2);
}

TEST_F(RunnerFixture, AnUnchangedServiceWithAVolumeIsLent) {
  workloads_.AddVolume("job");
  runtime_.SetContent("job", "the same");
  Run(Deploy(1, 1));
  readiness_.FailNext(kBroken);
  std::vector<LentContainer> lent;
  ASSERT_TRUE(runner_->Assign(Deploy(2, 2, 1)).ok());
  while (executor_->RunOne()) {
    if (const auto now = runtime_.LentTo("shop_trial"); !now.empty()) lent = now;
  }
  ASSERT_EQ(lent.size(), 1u);
  EXPECT_EQ(lent[0].names, std::vector<std::string>{"job"});
  EXPECT_TRUE(runtime_.LentTo("shop_trial").empty()) << "given back";
  ASSERT_EQ(Tried().size(), 1u);
  EXPECT_EQ(Tried()[0].service, "web");
}

TEST_F(RunnerFixture, ADirectoryThatIsTooSlowIsAskedAgain) {
  directory_.FailNext({Code::kDeadlineExceeded, "state file", "the change is not stored yet"});
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRunning);
  EXPECT_EQ(directory_.holders(), std::set<std::string>{"shop"});
}

TEST_F(RunnerFixture, ADeleteOutlastsAnEngineThatIsSlow) {
  Run(Deploy(1, 1));
  runtime_.Fail("Remove", {Code::kDeadlineExceeded, "container engine", "not done within 30.0 s"}, 1);
  EXPECT_EQ(Run(Reach(2, Target::kDeleted)).phase, Phase::kDeleted);
  EXPECT_TRUE(Containers().empty());
}

TEST_F(RunnerFixture, AnEngineThatRestartsDuringAStartIsWaitedFor) {
  readiness_.FailNext({Code::kUnavailable, "container engine", "away"});
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRunning);
}

TEST_F(RunnerFixture, AnEngineThatRestartsDuringARestoreIsWaitedFor) {
  workloads_.AddVolume("web");
  Run(Deploy(1, 1));
  runtime_.Fail("Up", {Code::kUnavailable, "container engine", "away"},
                2);  // of the new release, and the old one
  readiness_.FailNext({Code::kUnavailable, "container engine", "away"});
  const auto end = Run(Deploy(2, 2, 1));
  EXPECT_EQ(end.restored_release, 1u);
  EXPECT_EQ(RunningRelease(), 1u);
}

TEST_F(RunnerFixture, AnEngineThatStopsWithoutSayingSoDoesNotEndARestart) {
  Run(Deploy(1, 1));
  runtime_.FailAfter("Stop", {Code::kUnavailable, "container engine", "the connection broke"});
  auto order = Reach(2, Target::kRunning, 1);
  order.restart = true;
  EXPECT_EQ(Run(order).phase, Phase::kRunning);
  EXPECT_EQ(RunningRelease(), 1U);
}

TEST_F(RunnerFixture, WhatAFailedStopHasStoppedAllTheSameRunsAgain) {
  Run(Deploy(1, 1));
  runtime_.FailAfter("Stop", {Code::kInternal, "container engine", "the answer makes no sense"});
  EXPECT_EQ(Run(Reach(2, Target::kStopped)).phase, Phase::kRejected);
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 1U);
}

TEST_F(RunnerFixture, AReleaseThatDoesNotStartPutsTheGoodOneBack) {
  workloads_.AddVolume("web");
  Run(Deploy(1, 1));
  readiness_.FailNext(kBroken);
  const auto end = Run(Deploy(2, 2, 1));
  EXPECT_EQ(end.phase, Phase::kFailed);
  EXPECT_EQ(end.restored_release, 1u);
  EXPECT_EQ(end.running_release, 1u);
  EXPECT_EQ(end.endpoints.size(), 1u);
  EXPECT_EQ(RunningRelease(), 1u);
}

TEST_F(RunnerFixture, FailedContainersAreKeptForInspectionWhenNothingCanBePutBack) {
  readiness_.FailNext(kBroken);
  const auto end = Run(Deploy(1, 1));
  EXPECT_EQ(end.phase, Phase::kFailed);
  EXPECT_EQ(end.running_release, 0u);
  EXPECT_EQ(Containers().size(), 2u);
  EXPECT_EQ(RunningRelease(), 0u);
  clock_.Advance(Seconds(3'601));
  runner_->Tick();
  executor_->RunAll();
  EXPECT_TRUE(Containers().empty());
}

TEST_F(RunnerFixture, AReleaseThatCannotBePutBackIsTold) {
  workloads_.AddVolume("web");
  Run(Deploy(1, 1));
  readiness_.FailNext(kBroken);
  readiness_.FailNext(kBroken);
  const auto end = Run(Deploy(2, 2, 1));
  EXPECT_EQ(end.restored_release, 0u);
  EXPECT_EQ(end.running_release, 0u);
  ASSERT_FALSE(end.failure->evidence.empty());
  EXPECT_NE(end.failure->evidence.back().find("restore failed as well"), std::string::npos);
}

TEST_F(RunnerFixture, StopKeepsContainersAndStartTakesTheSameOnes) {
  Run(Deploy(1, 1));
  const auto before = Containers();
  EXPECT_EQ(Run(Reach(2, Target::kStopped)).phase, Phase::kStopped);
  EXPECT_TRUE(directory_.published().empty());
  EXPECT_EQ(directory_.holders().size(), 1u);
  const auto end = Run(Reach(3, Target::kRunning, 1));
  EXPECT_EQ(end.phase, Phase::kRunning);
  EXPECT_EQ(end.endpoints[0].port, 20'000);
  ASSERT_EQ(Containers().size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(Containers()[i].id, before[i].id);
  const auto calls = runtime_.calls();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "Up shop"), 1);
}

TEST_F(RunnerFixture, WhatRunsAlreadyIsNotDeployedAgain) {
  runtime_.Behaves("job", ContainerState::kExited, ContainerHealth::kNone, 0);
  Run(Deploy(1, 1));
  const auto before = Containers();
  auto order = Deploy(2, 2, 1);
  order.holds_address = true;
  const auto end = Run(order);
  EXPECT_EQ(end.phase, Phase::kRunning);
  EXPECT_EQ(end.running_release, 1u);
  ASSERT_EQ(end.endpoints.size(), 1u);
  ASSERT_EQ(Containers().size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(Containers()[i].id, before[i].id);
  std::vector<std::string> told;
  for (const auto& event : Events(2)) {
    if (const auto* step = std::get_if<Step>(&event.what)) told.push_back(step->name + ": " + step->detail);
  }
  EXPECT_EQ(told, std::vector<std::string>{"start: nothing changed: release 1 runs on"});
  const auto calls = runtime_.calls();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "Up shop"), 1);
}

TEST_F(RunnerFixture, TheSameSourceIsDeployedAgainWhereItDoesNotBecomeReady) {
  runtime_.Behaves("job", ContainerState::kExited, ContainerHealth::kNone, 0);
  Run(Deploy(1, 1));
  readiness_.FailNext(kBroken);
  auto order = Deploy(2, 2, 1);
  order.holds_address = true;
  EXPECT_EQ(Run(order).running_release, 2u);
  EXPECT_EQ(RunningRelease(), 2u);
}

TEST_F(RunnerFixture, TheSameSourceWithAnotherEnvironmentIsANewRelease) {
  runtime_.Behaves("job", ContainerState::kExited, ContainerHealth::kNone, 0);
  Run(Deploy(1, 1));
  auto order = Deploy(2, 2, 1);
  order.holds_address = true;
  order.environment = {{"A", "1"}};
  EXPECT_EQ(Run(order).running_release, 2u);
}

TEST_F(RunnerFixture, AnOrderThatLeavesTheAddressNeitherPutsNorDropsIt) {
  runtime_.Behaves("job", ContainerState::kExited, ContainerHealth::kNone, 0);
  auto order = Deploy(1, 1);
  order.leave_address = true;
  Run(order);
  EXPECT_FALSE(directory_.holders().contains("shop")) << "it serves before the master says so";
  EXPECT_TRUE(directory_.published().contains("shop"));
  ASSERT_TRUE(directory_.PutHolder("shop").ok());  // the master has moved it here, and away again
  auto gone = Reach(2, Target::kDeleted);
  gone.leave_address = true;
  EXPECT_EQ(Run(gone).phase, Phase::kDeleted);
  EXPECT_TRUE(directory_.holders().contains("shop"));
  EXPECT_FALSE(directory_.published().contains("shop"));
}

TEST_F(RunnerFixture, AWorkerSaysWhetherAnInstanceKeepsData) {
  runtime_.Behaves("job", ContainerState::kExited, ContainerHealth::kNone, 0);
  EXPECT_FALSE(Run(Deploy(1, 1)).keeps_data);
  workloads_.AddVolume("web");
  EXPECT_TRUE(Run(Deploy(2, 2)).keeps_data);
  EXPECT_TRUE(runner_->Observations().front().keeps_data);
}

WantedPort Fixed(std::uint16_t host_port) { return {"web", 80, "tcp", host_port}; }

TEST_F(RunnerFixture, AFixedPortIsKeptOverStopAndStart) {
  workloads_.Publish({Fixed(8'080)});
  EXPECT_EQ(Run(Deploy(1, 1)).endpoints.at(0).port, 8'080);
  Run(Reach(2, Target::kStopped));
  EXPECT_EQ(addresses_.PortsOf("shop"), (std::map<std::string, std::uint16_t>{{"web/80/tcp=8080", 8'080}}));
  EXPECT_EQ(Run(Reach(3, Target::kRunning, 1)).endpoints.at(0).port, 8'080);
  const auto calls = runtime_.calls();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "Up shop"), 1) << "the same containers";
}

TEST_F(RunnerFixture, AFixedPortIsLetGoOnceTheReleaseThatNamesAnotherRuns) {
  workloads_.Publish({Fixed(8'080)});
  Run(Deploy(1, 1));
  workloads_.Publish({Fixed(8'081)});
  EXPECT_EQ(Run(Deploy(2, 2, 1)).endpoints.at(0).port, 8'081);
  EXPECT_EQ(addresses_.PortsOf("shop"), (std::map<std::string, std::uint16_t>{{"web/80/tcp=8081", 8'081}}));
  // Rolling back takes it again.
  auto back = Reach(3, Target::kRunning, 1);
  EXPECT_EQ(Run(back).endpoints.at(0).port, 8'080);
  EXPECT_EQ(addresses_.PortsOf("shop"), (std::map<std::string, std::uint16_t>{{"web/80/tcp=8080", 8'080}}));
}

TEST_F(RunnerFixture, TheGoodReleaseIsNotPutBackOnAPortThatIsAnothersByNow) {
  workloads_.Publish({Fixed(8'080)});
  Run(Deploy(1, 1));
  workloads_.Publish({Fixed(8'081)});
  Run(Deploy(2, 2, 1));
  Run(Reach(3, Target::kStopped));
  addresses_.Refuse(8'080, {Code::kFailedPrecondition, "shop/web", "host port 8080 is reserved for blog"});
  readiness_.FailNext({Code::kDeadlineExceeded, "shop/web", "not healthy"});
  auto start = Reach(4, Target::kRunning, 2);
  start.good_release = 1;
  EXPECT_EQ(Run(start).phase, Phase::kFailed);
  EXPECT_EQ(RunningRelease(), 0u);
  const auto calls = runtime_.calls();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "Up shop"), 2) << "neither of them for release 1 again";
}

TEST_F(RunnerFixture, AFixedPortOfAReleaseThatFailedIsLetGoAndTheOldOneKept) {
  workloads_.Publish({Fixed(8'080)});
  Run(Deploy(1, 1));
  workloads_.Publish({Fixed(8'081)});
  runtime_.Fail("Build", kBroken);
  Run(Deploy(2, 2, 1));
  const std::map<std::string, std::uint16_t> expected{{"web/80/tcp=8080", 8'080}};
  EXPECT_EQ(addresses_.PortsOf("shop"), expected);
  Begin();
  EXPECT_EQ(addresses_.PortsOf("shop"), expected) << "after a restart";
}

TEST_F(RunnerFixture, APortThatIsTakenStopsNothingThatRuns) {
  workloads_.Publish({Fixed(8'080)});
  Run(Deploy(1, 1));
  addresses_.Refuse(8'081, {Code::kFailedPrecondition, "shop/web", "host port 8081 is held by nc (pid 7)"});
  workloads_.Publish({Fixed(8'081)});
  const auto end = Run(Deploy(2, 2, 1));
  EXPECT_EQ(end.phase, Phase::kRejected);
  EXPECT_EQ(end.failure->cause, "host port 8081 is held by nc (pid 7)");
  EXPECT_EQ(end.running_release, 1u);
  EXPECT_EQ(RunningRelease(), 1u);
  EXPECT_EQ(runtime_.Everything()->images.size(), 1u) << "nothing was built";
}

TEST_F(RunnerFixture, ASubnetThatAnotherNetworkTookIsReplaced) {
  auto order = Deploy(1, 1);
  order.target = Target::kBuilt;
  Run(order);
  addresses_.TakeSubnetsOf("shop");
  runtime_.Fail("Up", {Code::kAborted, "network shop_default", "Pool overlaps with other one"});
  const auto end = Run(Reach(2, Target::kRunning, 1));
  EXPECT_EQ(end.phase, Phase::kRunning) << ToString(end.failure.value_or(Error{}));
  EXPECT_NE(files_.ReadFinal("shop", 1)->find("10.201.1.0/24"), std::string::npos);
  const auto events = Events(2);
  EXPECT_TRUE(std::any_of(events.begin(), events.end(), [](const AttemptEvent& event) {
    const auto* warning = std::get_if<Warning>(&event.what);
    return warning != nullptr && warning->text.find("10.201.1.0/24 is used") != std::string::npos;
  }));
  // What is used now is what the next start finds.
  Run(Reach(3, Target::kStopped));
  Run(Reach(4, Target::kRunning, 1));
  const auto calls = runtime_.calls();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "Up shop"), 2) << "one failed, one did it";
}

TEST_F(RunnerFixture, SubnetsAreReplacedOnlySoOften) {
  addresses_.TakeSubnetsOf("shop", 100);
  runtime_.Fail("Up", {Code::kAborted, "network shop_default", "Pool overlaps with other one"}, -1);
  const auto end = Run(Deploy(1, 1));
  EXPECT_EQ(end.phase, Phase::kRejected);
  EXPECT_EQ(end.failure->code, Code::kResourceExhausted);
  const auto calls = runtime_.calls();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "Up shop"), 4);
}

TEST_F(RunnerFixture, WhatABrokenOffCallLeftInTheWayIsWaitedFor) {
  runtime_.Fail("Up", {Code::kAborted, "network shop_default", "Pool overlaps with other one"});
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRunning);
  runtime_.Fail("Up", {Code::kAlreadyExists, "shop/web", "already in use by container 0123"}, 2);
  EXPECT_EQ(Run(Deploy(2, 2, 1)).phase, Phase::kRunning);
}

TEST_F(RunnerFixture, WhatTheEngineFinishesForNobodyIsRemoved) {
  Run(Deploy(1, 1));
  const auto compose_json = files_.ReadFinal("shop", 1).value();
  Run(Reach(2, Target::kDeleted));
  // Broken off by the delete, and finished after it.
  ASSERT_TRUE(runtime_.Up({.instance = "shop", .compose_json = compose_json}, {}, {}).ok());
  const auto ran = runtime_.Everything().value();
  runner_->RemoveOrphans(ran);
  executor_->RunAll();
  EXPECT_FALSE(runtime_.is_empty()) << "what has ever run is left alone";
  auto created = ran;
  for (auto& one : created.containers) one.state = ContainerState::kCreated;
  runner_->RemoveOrphans(created);
  executor_->RunAll();
  EXPECT_TRUE(runtime_.is_empty());
  EXPECT_EQ(Run(Deploy(3, 3)).phase, Phase::kRunning);
}

TEST_F(RunnerFixture, WhatCouldNotEvenBeTriedLeavesNothing) {
  runtime_.Fail("Build", {Code::kUnavailable, "container engine", "away"});
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRejected);
  EXPECT_TRUE(addresses_.is_empty());
  EXPECT_TRUE(files_.Releases("shop")->empty());
  EXPECT_TRUE(sources_.mirrors().empty());
  runner_->EndWasDelivered("shop", 1);
  EXPECT_TRUE(runner_->Observations().empty());
  EXPECT_TRUE(journal_.Load()->holdings.empty());
  EXPECT_EQ(Run(Deploy(2, 1)).phase, Phase::kRunning);
}

TEST_F(RunnerFixture, WhatCouldNotBeUndoneKeepsNoPorts) {
  const Error away{Code::kUnavailable, "container engine", "it does not answer"};
  runtime_.Fail("Build", away);
  runtime_.Fail("Everything", away);
  EXPECT_EQ(Run(Deploy(1, 1)).phase, Phase::kRejected);
  clock_.Advance(AttemptRunner::kDeletedKept);
  runner_->Tick();
  EXPECT_TRUE(addresses_.is_empty());
}

TEST_F(RunnerFixture, AStartWithAnotherEnvironmentRendersAnew) {
  Run(Deploy(1, 1));
  auto order = Reach(2, Target::kRunning, 1);
  order.environment = {{"A", "1"}};
  Run(order);
  const auto calls = runtime_.calls();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "Up shop"), 2);
}

TEST_F(RunnerFixture, DeleteLeavesNothing) {
  Run(Deploy(1, 1));
  Run(Deploy(2, 2, 1));
  EXPECT_EQ(Run(Reach(3, Target::kDeleted)).phase, Phase::kDeleted);
  runner_->EndWasDelivered("shop", 3);
  EXPECT_TRUE(runtime_.is_empty());
  EXPECT_TRUE(directory_.holders().empty());
  EXPECT_TRUE(directory_.published().empty());
  EXPECT_TRUE(sources_.mirrors().empty());
  EXPECT_TRUE(files_.is_empty());
  EXPECT_TRUE(addresses_.is_empty());
  EXPECT_TRUE(journal_.is_empty());
  EXPECT_TRUE(runner_->Observations().empty());
}

TEST_F(RunnerFixture, ADeletionWhoseEndIsReadAtOnceIsForgottenAtOnce) {
  Run(Deploy(1, 1));
  ASSERT_TRUE(runner_->Assign(Reach(2, Target::kDeleted)).ok());
  for (int i = 0; i < 5; ++i) executor_->RunOne();
  runner_->EndWasDelivered("shop", 2);  // before the last task has returned
  executor_->RunAll();
  EXPECT_TRUE(journal_.is_empty());
  EXPECT_TRUE(events_.is_empty());
}

TEST_F(RunnerFixture, AnIdMayBeUsedAgainAfterItsDeletion) {
  Run(Deploy(5, 1));
  Run(Reach(6, Target::kDeleted));
  auto again = Deploy(1, 1);
  again.operation = "op-new";
  ASSERT_TRUE(runner_->Assign(again).ok());
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 1u);
}

TEST_F(RunnerFixture, ReleasesThatNobodyKeepsGo) {
  Run(Deploy(1, 1));
  Run(Deploy(2, 2, 1));
  Run(Deploy(3, 3, 2));
  EXPECT_EQ(files_.Releases("shop").value(), (std::vector<std::uint32_t>{2, 3}));
  EXPECT_EQ(runtime_.Everything()->images.size(), 2u);
}

TEST_F(RunnerFixture, WhatIsNotKeptGoesOnceAMasterSaysSo) {
  Run(Deploy(1, 1));
  auto second = Deploy(2, 2);
  second.kept_releases = {1, 2};
  Run(second);
  const auto unsure = runner_->AreUnsure();
  EXPECT_EQ(unsure, (AttemptRunner::Unsure{{"shop", 2}}));
  // Of an older leader's word, or of one about what has gone on since, nothing follows.
  runner_->SawEpoch(3);
  runner_->Keep(2, unsure, {{"shop", {2}}});
  runner_->Keep(3, {{"shop", 1}}, {{"shop", {2}}});
  executor_->RunAll();
  EXPECT_EQ(files_.Releases("shop").value(), (std::vector<std::uint32_t>{1, 2}));
  // What runs stays even so.
  runner_->Keep(3, unsure, {{"shop", {}}});
  executor_->RunAll();
  EXPECT_EQ(files_.Releases("shop").value(), (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(runtime_.Everything()->images.size(), 1u);
  EXPECT_TRUE(runner_->AreUnsure().empty());
  Begin();
  executor_->RunAll();
  EXPECT_EQ(runner_->AreUnsure().size(), 1u);
}

TEST_F(RunnerFixture, TheSameOrderAgainJoins) {
  Run(Deploy(1, 1));
  const auto events = Events(1).size();
  ASSERT_TRUE(runner_->Assign(Deploy(1, 1)).ok());
  EXPECT_EQ(executor_->RunAll(), 0u);
  EXPECT_EQ(Events(1).size(), events);
}

TEST_F(RunnerFixture, OldEpochsAndAttemptsAreRefused) {
  auto order = Deploy(9, 1);
  order.epoch = 3;
  Run(order);
  EXPECT_EQ(runner_->Assign(Deploy(10, 2)).error().code, Code::kFailedPrecondition);
  auto late = Deploy(4, 2);
  late.epoch = 3;
  EXPECT_EQ(runner_->Assign(late).error().code, Code::kAborted);
  Begin();
  EXPECT_EQ(runner_->Assign(Deploy(10, 2)).error().code, Code::kFailedPrecondition) << "after a restart too";
}

TEST_F(RunnerFixture, ANewerOrderSupersedesABuild) {
  ASSERT_TRUE(runner_->Assign(Deploy(1, 1)).ok());
  ASSERT_TRUE(executor_->RunOne());
  ASSERT_TRUE(runner_->Assign(Deploy(2, 2)).ok());
  ASSERT_TRUE(runner_->Assign(Deploy(3, 3)).ok());
  executor_->RunAll();
  for (const auto attempt : {1, 2}) {
    const auto end = EndOf(attempt);
    EXPECT_EQ(end.phase, Phase::kCancelled);
    EXPECT_NE(end.failure->cause.find("superseded by op-"), std::string::npos);
  }
  EXPECT_EQ(EndOf(3).phase, Phase::kRunning);
  EXPECT_EQ(RunningRelease(), 3u);
}

TEST_F(RunnerFixture, ADeleteSupersedesEverything) {
  ASSERT_TRUE(runner_->Assign(Deploy(1, 1)).ok());
  for (int i = 0; i < 7; ++i) executor_->RunOne();
  ASSERT_TRUE(runner_->Assign(Reach(2, Target::kDeleted)).ok());
  executor_->RunAll();
  EXPECT_EQ(EndOf(2).phase, Phase::kDeleted);
  EXPECT_TRUE(runtime_.is_empty());
}

TEST_F(RunnerFixture, ACancelledDeployLeavesTheOldReleaseRunning) {
  Run(Deploy(1, 1));
  for (int steps = 0; steps < 8; ++steps) {
    const auto attempt = static_cast<std::uint32_t>(2 + steps);
    ASSERT_TRUE(runner_->Assign(Deploy(attempt, attempt, 1)).ok());
    for (int i = 0; i < steps; ++i) executor_->RunOne();
    ASSERT_TRUE(runner_->Cancel(1, "shop", attempt, "asked by ann").ok());
    executor_->RunAll();
    const auto end = EndOf(attempt);
    EXPECT_EQ(end.phase, Phase::kCancelled) << steps;
    EXPECT_EQ(end.failure->cause, "asked by ann");
    EXPECT_EQ(RunningRelease(), 1u) << steps;
    EXPECT_EQ(end.running_release, 1u);
  }
}

// So it comes back to a worker that has not removed yet what moved away from there.
TEST_F(RunnerFixture, ACancelledBuildOfTheReleaseThatRunsTakesNothingFromIt) {
  workloads_.Publish({Fixed(8'080)});
  Run(Deploy(1, 1));
  const std::map<std::string, std::uint16_t> ports{{"web/80/tcp=8080", 8'080}};
  constexpr int kStepsUntilBuilt = 5;
  for (int steps = 0; steps <= kStepsUntilBuilt; ++steps) {
    const auto attempt = static_cast<std::uint32_t>(2 + steps);
    ASSERT_TRUE(runner_->Assign(Deploy(attempt, 1)).ok());
    for (int i = 0; i < steps; ++i) executor_->RunOne();
    ASSERT_TRUE(runner_->Cancel(1, "shop", attempt, "asked by ann").ok());
    executor_->RunAll();
    EXPECT_EQ(EndOf(attempt).phase, Phase::kCancelled) << steps;
    EXPECT_EQ(RunningRelease(), 1u) << steps;
    EXPECT_EQ(addresses_.PortsOf("shop"), ports) << steps;
  }
  runtime_.Fail("Build", kBroken);
  EXPECT_EQ(Run(Deploy(10, 1)).phase, Phase::kFailed);
  EXPECT_EQ(addresses_.PortsOf("shop"), ports);
  EXPECT_FALSE(runtime_.Everything()->images.empty());
  Begin();
  executor_->RunAll();
  EXPECT_EQ(addresses_.PortsOf("shop"), ports) << "after a restart";
  Run(Reach(11, Target::kStopped));
  EXPECT_EQ(Run(Reach(12, Target::kRunning, 1)).phase, Phase::kRunning) << "its files are there";
}

TEST_F(RunnerFixture, WhatIsCancelledBeforeItsTurnSaysWhatTheOneBeforeItLeft) {
  Run(Deploy(1, 1));
  ASSERT_TRUE(runner_->Assign(Deploy(2, 2, 1)).ok());
  while (RunningRelease() != 2 && executor_->RunOne()) {
  }
  ASSERT_FALSE(HasEnded(2));
  ASSERT_TRUE(runner_->Assign(Deploy(3, 3, 1)).ok());
  ASSERT_TRUE(runner_->Cancel(1, "shop", 3, "asked by ann").ok());
  EXPECT_FALSE(HasEnded(3)) << "what will run is not known yet";
  executor_->RunAll();
  ASSERT_TRUE(HasEnded(3));
  EXPECT_EQ(EndOf(3).phase, Phase::kCancelled);
  EXPECT_EQ(EndOf(3).failure->cause, "asked by ann");
  EXPECT_EQ(EndOf(3).running_release, RunningRelease());
  EXPECT_EQ(EndOf(3).running_release, EndOf(2).running_release);
}

TEST_F(RunnerFixture, ADeadlineEndsAnAttempt) {
  auto order = Deploy(1, 1);
  order.time_left = Seconds(10);
  ASSERT_TRUE(runner_->Assign(order).ok());
  clock_.Advance(Seconds(11));
  runner_->Tick();
  executor_->RunAll();
  EXPECT_EQ(EndOf(1).failure->code, Code::kDeadlineExceeded);
}

TEST_F(RunnerFixture, ADeadlineIsNotMovedByTheWallClock) {
  std::uint32_t attempt = 0;
  for (const auto step : {Millis(std::chrono::hours(48)), -Millis(std::chrono::hours(48))}) {
    ++attempt;
    auto order = Deploy(attempt, attempt);
    order.time_left = Seconds(10);
    // A master whose clock says something else altogether.
    order.deadline = clock_.Now() - std::chrono::hours(5);
    ASSERT_TRUE(runner_->Assign(order).ok());
    clock_.Step(step);
    runner_->Tick();
    executor_->RunAll();
    EXPECT_EQ(EndOf(attempt).phase, Phase::kRunning);
  }
  ++attempt;
  auto late = Deploy(attempt, attempt);
  late.time_left = Seconds(10);
  ASSERT_TRUE(runner_->Assign(late).ok());
  clock_.Step(-Millis(std::chrono::hours(48)));
  clock_.Advance(Seconds(11));
  runner_->Tick();
  executor_->RunAll();
  EXPECT_EQ(EndOf(attempt).failure->code, Code::kDeadlineExceeded);
}

TEST_F(RunnerFixture, ADeadlineHoldsOverARestart) {
  auto order = Deploy(1, 1);
  order.time_left = Seconds(10);
  ASSERT_TRUE(runner_->Assign(order).ok());
  Begin();
  clock_.Advance(Seconds(11));
  runner_->Tick();
  executor_->RunAll();
  EXPECT_EQ(EndOf(1).failure->code, Code::kDeadlineExceeded);
}

TEST_F(RunnerFixture, AFullQueueOnlyDelays) {
  executor_->Refuse(true);
  ASSERT_TRUE(runner_->Assign(Deploy(1, 1)).ok());
  executor_->Refuse(false);
  runner_->Tick();
  executor_->RunAll();
  EXPECT_EQ(EndOf(1).phase, Phase::kRunning);
}

TEST_F(RunnerFixture, WhatRanBeforeTheMachineWentDownRunsAgain) {
  Run(Deploy(1, 1));
  runtime_.Kill("shop", "web", 137);
  Begin();
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 1u);
  ASSERT_TRUE(runtime_.Remove("shop", true).ok());
  Begin();
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 1u);
  EXPECT_EQ(runner_->Observations().at(0).health, Health::kHealthy);
}

TEST_F(RunnerFixture, AnEngineThatComesLateIsWaitedFor) {
  Run(Deploy(1, 1));
  runtime_.Kill("shop", "web", 137);
  runtime_.SetAway(true);
  Begin();
  executor_->RunAll();
  runtime_.SetAway(false);
  runner_->Tick();
  executor_->RunAll();
  EXPECT_EQ(RunningRelease(), 1u);
}

TEST_F(RunnerFixture, AJournalThatCannotBeWrittenFailsTheAttemptCleanly) {
  ASSERT_TRUE(runner_->Assign(Deploy(1, 1)).ok());
  journal_.FailNext({Code::kResourceExhausted, "journal", "no space left"});
  executor_->RunAll();
  EXPECT_EQ(EndOf(1).failure->code, Code::kResourceExhausted);
  EXPECT_EQ(EndOf(1).phase, Phase::kRejected);
  EXPECT_TRUE(runtime_.is_empty());
}

}  // namespace
}  // namespace edm::worker
