#include <gtest/gtest.h>

#include "worker/core/admission.h"
#include "worker/core/garbage.h"
#include "worker/core/observe.h"
#include "worker/core/orphans.h"
#include "worker/core/ready_window.h"
#include "worker/core/recovery.h"

namespace edm::worker {
namespace {

Holding Running(std::uint32_t release) {
  Holding holding{.instance = "shop", .running_release = release};
  holding.releases[release] = {
      .number = release, .run = {.services = {{.service = "job", .one_shot = true}, {.service = "web"}}}};
  return holding;
}

ContainerFacts Container(const char* service, ContainerState state, int exit_code = 0,
                         ContainerHealth health = ContainerHealth::kNone) {
  return {.instance = "shop",
          .release = 4,
          .service = service,
          .state = state,
          .health = health,
          .exit_code = exit_code};
}

TEST(Orphans, AreWhatThisWorkerMadeForNobody) {
  const auto network = [](const char* instance, const char* worker) {
    return Footprint::Object{.id = "n", .name = "n", .instance = instance, .worker = worker};
  };
  const auto image = [](const char* instance, std::uint32_t release, const char* name, const char* worker) {
    return Footprint::Object{
        .id = "sha256:1", .name = name, .instance = instance, .release = release, .worker = worker};
  };
  const auto container = [](const char* instance, ContainerState state) {
    return ContainerFacts{.instance = instance, .worker = "me", .state = state};
  };
  const std::map<std::string, HeldInstance> held = {{"shop", {false, {1}}}, {"busy", {true, {}}}};
  const Footprint everything{
      .containers = {container("made", ContainerState::kCreated), container("ran", ContainerState::kExited),
                     container("shop", ContainerState::kCreated)},
      .networks = {network("gone", "me"), network("other", "you"), network("shop", "me"),
                   network("ran", "me")},
      .images = {image("shop", 1, "edm/shop/web:r1", "me"), image("shop", 2, "edm/shop/web:r2", "me"),
                 image("shop", 1, "", "me"), image("busy", 7, "edm/busy/web:r7", "me"),
                 image("gone", 3, "edm/gone/web:r3", "me"), image("other", 3, "edm/other/web:r3", "you")}};
  const auto orphans = FindOrphans(held, "me", everything);
  ASSERT_EQ(orphans.size(), 3u);
  EXPECT_TRUE(orphans.at("made").objects);
  EXPECT_TRUE(orphans.at("gone").objects);
  EXPECT_EQ(orphans.at("gone").images, std::vector<std::string>{"edm/gone/web:r3"});
  EXPECT_FALSE(orphans.at("shop").objects);
  EXPECT_EQ(orphans.at("shop").images, (std::vector<std::string>{"edm/shop/web:r2", "sha256:1"}));
}

TEST(Orphans, ATrialIsOneUnlessItsInstanceTriesOrKeepsIt) {
  const auto trial = [](const char* instance, const char* worker) {
    return ContainerFacts{.instance = instance, .worker = worker, .state = ContainerState::kRunning};
  };
  const std::map<std::string, HeldInstance> held = {
      {"shop", {}}, {"busy", {.is_busy = true}}, {"kept", {.keeps_trial = true}}};
  const Footprint everything{.containers = {trial("shop_trial", "me"), trial("busy_trial", "me"),
                                            trial("kept_trial", "me"), trial("gone_trial", "me"),
                                            trial("other_trial", "you")}};
  const auto orphans = FindOrphans(held, "me", everything);
  ASSERT_EQ(orphans.size(), 2u);
  EXPECT_TRUE(orphans.at("shop").trial);
  EXPECT_FALSE(orphans.at("shop").objects) << "what runs for it stays";
  EXPECT_TRUE(orphans.at("gone").trial);
}

TEST(ReadyWindow, IsShortWhereAnotherReleaseWaitsToComeBack) {
  const Millis most{60'000}, seconds{1'000};
  struct Row {
    WindowFacts facts;
    Millis expected;
  };
  const Row rows[] = {
      {{.most = most}, most},
      {{.most = most, .running_took = seconds}, most},
      {{.most = most, .can_go_back = true}, most},
      {{.most = most, .can_go_back = true, .running_took = seconds}, kReadyWindowLeast},
      {{.most = most, .can_go_back = true, .running_took = 4 * seconds}, 12 * seconds},
      {{.most = most, .can_go_back = true, .running_took = 40 * seconds}, most},
      {{.most = 3 * seconds, .can_go_back = true, .running_took = seconds}, 3 * seconds},
      {{.most = most, .least = most, .can_go_back = true, .running_took = seconds}, most},
      {{.most = most, .least = 20 * seconds, .can_go_back = true, .running_took = seconds}, 20 * seconds},
      {{.most = most, .least = most, .can_go_back = true, .trial_took = seconds}, kProvenWindowLeast},
      {{.most = most, .can_go_back = true, .trial_took = 6 * seconds, .running_took = 9 * seconds},
       18 * seconds},
  };
  for (const auto& row : rows) EXPECT_EQ(ReadyWindow(row.facts), row.expected);
}

TEST(ReadyWindow, AStartCountsFromItsFirstContainer) {
  const auto started = [](int at) { return ContainerFacts{.started_at = WallTime(Millis(at))}; };
  EXPECT_EQ(StartTook({started(4'000), started(7'000)}, WallTime(Millis(9'000)), Millis(100)), Millis(5'000));
  EXPECT_EQ(StartTook({started(4'000)}, WallTime(Millis(1'000)), Millis(100)), Millis(100)) << "set back";
  EXPECT_EQ(StartTook({}, WallTime(Millis(1'000)), Millis(100)), Millis(100));
}

TEST(Admission, FencesEpochsAndAttempts) {
  struct Case {
    std::uint32_t epoch, attempt;
    AdmissionFacts facts;
    std::optional<Admission> admitted;
    Code code;
  };
  const Case cases[] = {
      {1, 1, {}, Admission::kBegin, Code::kOk},
      {2, 5, {2, 5, true}, Admission::kJoin, Code::kOk},
      {3, 6, {2, 5, false}, Admission::kBegin, Code::kOk},
      {2, 4, {2, 5, false}, std::nullopt, Code::kAborted},
      {2, 4, {2, 5, true}, Admission::kJoin, Code::kOk},
      {2, 5, {2, 5, true, false}, std::nullopt, Code::kAborted},
      {2, 4, {2, 5, true, false}, std::nullopt, Code::kAborted},
      {1, 9, {2, 5, false}, std::nullopt, Code::kFailedPrecondition},
  };
  for (const auto& one : cases) {
    const auto result = Admit(one.epoch, "shop", one.attempt, one.facts);
    ASSERT_EQ(result.ok(), one.admitted.has_value());
    if (result.ok()) {
      EXPECT_EQ(*result, *one.admitted);
    } else {
      EXPECT_EQ(result.error().code, one.code);
      EXPECT_FALSE(result.error().hint.empty());
    }
  }
}

TEST(Garbage, WhatNoKeptReleaseNeedsGoes) {
  auto holding = Running(4);
  for (const auto number : {1, 2, 3})
    holding.releases[number] = {.number = static_cast<std::uint32_t>(number)};
  const std::vector<Footprint::Object> images = {{"sha256:1", "edm/shop/web:r1", "shop", 1},
                                                 {"sha256:3", "edm/shop/web:r3", "shop", 3},
                                                 {"sha256:4", "edm/shop/web:r4", "shop", 4},
                                                 {"sha256:9", "", "shop", 4},
                                                 {"sha256:5", "edm/other/web:r1", "other", 1}};
  const auto garbage = FindGarbage(holding, {3, 4}, 4, images, {1, 4, 7});
  EXPECT_EQ(garbage.releases, (std::vector<std::uint32_t>{1, 2, 7}));
  EXPECT_EQ(garbage.images, (std::vector<std::string>{"edm/shop/web:r1", "sha256:9"}));
}

TEST(Garbage, ARunningReleaseStaysThoughNobodyKeepsIt) {
  const auto garbage = FindGarbage(Running(4), {}, 5, {{"sha256:4", "edm/shop/web:r4", "shop", 4}}, {4});
  EXPECT_TRUE(garbage.releases.empty());
  EXPECT_TRUE(garbage.images.empty());
}

TEST(Garbage, WhatAKeptContainerWasMadeForStays) {
  auto holding = Running(4);
  for (const auto number : {1, 2, 3})
    holding.releases[number] = {.number = static_cast<std::uint32_t>(number)};
  holding.releases[4].kept = {{"db", 2}};
  holding.releases[3].kept = {{"db", 1}};
  const std::vector<Footprint::Object> images = {{"sha256:1", "edm/shop/db:r1", "shop", 1},
                                                 {"sha256:2", "edm/shop/db:r2", "shop", 2}};
  const auto garbage = FindGarbage(holding, {4}, 4, images, {1, 2, 3, 4});
  EXPECT_EQ(garbage.releases, (std::vector<std::uint32_t>{1, 3})) << "3 has gone itself";
  EXPECT_EQ(garbage.images, std::vector<std::string>{"edm/shop/db:r1"});
  EXPECT_EQ(SurplusOf(holding, {4}), (std::vector<std::uint32_t>{1, 3}));
  EXPECT_EQ(SurplusOf(holding, {3, 4}), std::vector<std::uint32_t>{});
}

TEST(Garbage, FailedContainersStayForTheStatedTime) {
  Holding holding{.instance = "shop"};
  EXPECT_FALSE(InspectionIsOver(holding.inspect_until, WallTime(Millis(1))));
  holding.inspect_until = WallTime(Millis(100));
  EXPECT_FALSE(InspectionIsOver(holding.inspect_until, WallTime(Millis(99))));
  EXPECT_TRUE(InspectionIsOver(holding.inspect_until, WallTime(Millis(100))));
  const auto set_back = WallTime(Millis(99)) - kInspectionTime;
  EXPECT_TRUE(InspectionIsOver(holding.inspect_until, set_back - Millis(24 * 3'600'000)));
}

TEST(Recovery, WhatShouldRunRunsAgain) {
  const auto job = Container("job", ContainerState::kExited);
  const auto web = Container("web", ContainerState::kRunning);
  const auto dead = Container("web", ContainerState::kExited, 137);
  EXPECT_EQ(Recover(Running(4), {job, web}), Recovery::kNothing);
  EXPECT_EQ(Recover(Running(4), {job, dead}), Recovery::kStartKept);
  EXPECT_EQ(Recover(Running(4), {job}), Recovery::kBringUp);
  EXPECT_EQ(Recover(Running(4), {}), Recovery::kBringUp);
  EXPECT_EQ(Recover(Holding{.instance = "shop"}, {dead}), Recovery::kNothing);
}

TEST(Recovery, WhatShouldNotRunStops) {
  const auto job = Container("job", ContainerState::kExited);
  const auto web = Container("web", ContainerState::kRunning);
  EXPECT_EQ(Recover(Holding{.instance = "shop"}, {job, web}), Recovery::kStop);
  EXPECT_EQ(Recover(Running(3), {job, web}), Recovery::kBringUp) << "they are of release 4";
}

TEST(Observe, TheWorstServiceIsTheHealthOfTheInstance) {
  const auto job = Container("job", ContainerState::kExited);
  struct Case {
    ContainerFacts web;
    Health expected;
  };
  const Case cases[] = {
      {Container("web", ContainerState::kRunning), Health::kHealthy},
      {Container("web", ContainerState::kRunning, 0, ContainerHealth::kStarting), Health::kStarting},
      {Container("web", ContainerState::kRunning, 0, ContainerHealth::kUnhealthy), Health::kUnhealthy},
      {Container("web", ContainerState::kRestarting, 1), Health::kRestarting},
      {Container("web", ContainerState::kExited, 1), Health::kUnhealthy},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(Observe(Running(4), nullptr, {job, one.web}).health, one.expected);
  }
  EXPECT_EQ(Observe(Running(4), nullptr, {}).health, Health::kUnhealthy);
}

TEST(Observe, AnEndedAttemptShowsItsEnd) {
  auto attempt =
      NewAttempt({.instance = "shop", .attempt = 3, .operation = "op-1", .target = Target::kRunning});
  attempt.phase = Phase::kStarting;
  EXPECT_EQ(Observe(Running(4), &attempt, {}).phase, Phase::kStarting);
  attempt.end = EndOf(attempt, Running(4));
  const auto seen = Observe(Running(4), &attempt, {});
  EXPECT_EQ(seen.phase, Phase::kRunning);
  EXPECT_EQ(seen.attempt, 3u);
  EXPECT_EQ(seen.operation, "op-1");
}

TEST(Observe, WhatStoppedByItselfIsStoppedHoweverTheLastAttemptEnded) {
  for (const auto failed_as : {Phase::kPending, Phase::kFailed, Phase::kRejected, Phase::kCancelled}) {
    auto attempt = NewAttempt({.instance = "shop", .attempt = 3, .target = Target::kRunning});
    attempt.failed_as = failed_as;
    if (failed_as != Phase::kPending) attempt.failure = Error{Code::kUnavailable, "shop", "broken"};
    attempt.end = EndOf(attempt, Running(4));
    EXPECT_EQ(Observe(Running(0), &attempt, {}).phase, Phase::kStopped);
    attempt.end = EndOf(attempt, Running(0));
    EXPECT_EQ(Observe(Running(0), &attempt, {}).phase, attempt.end->phase);
  }
}

}  // namespace
}  // namespace edm::worker
