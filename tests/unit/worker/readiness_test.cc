#include <gtest/gtest.h>

#include "worker/core/readiness/describe.h"
#include "worker/core/readiness/judge.h"
#include "worker/core/readiness/running_time.h"

namespace edm::worker {
namespace {

ContainerSeen Running(const std::string& service, Millis running_for = Millis(1'000)) {
  ContainerSeen seen;
  seen.facts.service = service;
  seen.facts.state = ContainerState::kRunning;
  seen.running_for = running_for;
  return seen;
}

ContainerSeen Exited(const std::string& service, int code) {
  auto seen = Running(service, Millis(0));
  seen.facts.state = ContainerState::kExited;
  seen.facts.exit_code = code;
  seen.last_lines = {"one", "two"};
  return seen;
}

ReadyRequest Wanting(std::vector<WantedService> services) {
  return {"shop", std::move(services), Millis(60'000)};
}

TEST(RunningTime, GoesOnWhenTheWallClockIsSetBack) {
  RunningTime time;
  const WallTime start(Seconds(1'795'000'000));
  EXPECT_EQ(time.Of(start, start + Millis(100), SteadyTime(Millis(5'000))), Millis(100));
  EXPECT_EQ(time.Of(start, start - Millis(3'600'000), SteadyTime(Millis(5'400))), Millis(400));
  EXPECT_EQ(time.Of(start, start + Millis(9'000), SteadyTime(Millis(5'500))), Millis(9'000));
}

TEST(RunningTime, BeginsAgainWithEachStartOfTheContainer) {
  RunningTime time;
  const WallTime start(Seconds(1'795'000'000));
  (void)time.Of(start, start, SteadyTime(Millis(5'000)));
  EXPECT_EQ(time.Of(start - Seconds(60), start - Seconds(60), SteadyTime(Millis(9'000))), Millis(0));
}

Verdict JudgeOne(WantedService wanted, ContainerSeen seen, Millis since_start = Millis(1'000)) {
  return Judge(Wanting({std::move(wanted)}), {since_start, {std::move(seen)}});
}

std::string Why(const Verdict& verdict) {
  const auto* waiting = std::get_if<Waiting>(&verdict);
  return waiting == nullptr ? "(does not wait)" : waiting->why;
}

const Error& FailureOf(const Verdict& verdict) { return std::get<Failed>(verdict).error; }

TEST(Readiness, AServiceIsReadyOnceItRanForTheWindow) {
  EXPECT_EQ(Why(JudgeOne({"web"}, Running("web", kStableWindow - Millis(1)))), "has just started");
  const auto verdict = JudgeOne({"web"}, Running("web", kStableWindow));
  ASSERT_TRUE(std::holds_alternative<Ready>(verdict));
  EXPECT_EQ(std::get<Ready>(verdict).report.services[0].text, "running");
}

TEST(Readiness, TheWindowIsShorterForAServiceThatShowsThatItServes) {
  WantedService wanted{.service = "web", .ports = {80}};
  auto seen = Running("web", kServingWindow - Millis(1));
  seen.ports = {{80, true}};
  EXPECT_EQ(Why(JudgeOne(wanted, seen)), "has just started");
  seen.running_for = kServingWindow;
  EXPECT_TRUE(std::holds_alternative<Ready>(JudgeOne(wanted, seen)));
  seen.ports = {{80, false}};
  EXPECT_EQ(Why(JudgeOne(wanted, seen)), "nothing listens on 80");
  // A green check alone will do as well.
  auto checked = Running("web", kServingWindow);
  checked.facts.health = ContainerHealth::kHealthy;
  EXPECT_TRUE(std::holds_alternative<Ready>(JudgeOne({"web"}, checked)));
}

TEST(Readiness, AnExitFailsAtOnceWithCodeAndLastLines) {
  const auto verdict = JudgeOne({"web"}, Exited("web", 3), Millis(10));
  const auto& error = FailureOf(verdict);
  EXPECT_EQ(error.object, "shop/web");
  EXPECT_EQ(error.cause, "exited with 3");
  EXPECT_EQ(error.code, Code::kFailedPrecondition);
  EXPECT_EQ(error.evidence, (std::vector<std::string>{"web | one", "web | two"}));
  EXPECT_FALSE(error.hint.empty());
}

TEST(Readiness, AnExitIsExplained) {
  struct Case {
    int code;
    bool oom;
    std::string text;
  };
  for (const auto& [code, oom, text] :
       std::vector<Case>{{0, false, "exited with 0"},
                         {127, false, "exited with 127 (command not found)"},
                         {126, false, "exited with 126 (the command cannot be executed)"},
                         {137, true, "exited with 137, out of memory"},
                         {137, false, "exited with 137 (killed)"},
                         {139, false, "exited with 139 (signal 11)"}}) {
    auto seen = Exited("web", code);
    seen.facts.oom_killed = oom;
    EXPECT_EQ(FailureOf(JudgeOne({"web"}, seen)).cause, text);
  }
}

TEST(Readiness, AFewRestartsAreForgivenACrashLoopIsNot) {
  auto seen = Running("web");
  seen.facts.restarts = kRestartsForgivenMax;
  EXPECT_TRUE(std::holds_alternative<Ready>(JudgeOne({"web"}, seen)));
  seen.facts.state = ContainerState::kRestarting;
  seen.facts.exit_code = 1;
  EXPECT_EQ(Why(JudgeOne({"web"}, seen)), "restarts; it exited with 1");
  seen.facts.restarts = kRestartsForgivenMax + 1;
  EXPECT_EQ(FailureOf(JudgeOne({"web"}, seen)).cause, "keeps restarting; it exited with 1");
}

TEST(Readiness, AOneShotIsDoneWithZeroAndFailsWithAnyOther) {
  WantedService migrate{"migrate", true, {}, {}};
  const auto done = JudgeOne(migrate, Exited("migrate", 0));
  ASSERT_TRUE(std::holds_alternative<Ready>(done));
  EXPECT_EQ(std::get<Ready>(done).report.services[0].text, "exit 0");
  EXPECT_EQ(FailureOf(JudgeOne(migrate, Exited("migrate", 1))).cause, "exited with 1");
  EXPECT_EQ(Why(JudgeOne(migrate, Running("migrate"))), "has not ended yet");
}

TEST(Readiness, AWrongPortNamesTheOneThatIsOpen) {
  auto seen = Running("web");
  seen.ports = {{8000, false}};
  seen.listening = {{3000, false}};
  seen.health = CheckSeen{"curl :8000/health", false, "exit 7", 12, ""};
  seen.last_lines = {"ready on port 3000"};
  WantedService wanted{"web", false, {8000}, {}};
  EXPECT_EQ(Why(JudgeOne(wanted, seen)), "nothing listens on 8000");
  const auto verdict = JudgeOne(wanted, seen, Millis(60'000));
  const auto& error = FailureOf(verdict);
  EXPECT_EQ(error.code, Code::kDeadlineExceeded);
  EXPECT_EQ(error.cause, "not healthy in 60 s: nothing listens on 8000");
  EXPECT_EQ(error.evidence,
            (std::vector<std::string>{"it listens on 3000", "check \"curl :8000/health\" exit 7, 12 times",
                                      "web | ready on port 3000"}));
  EXPECT_NE(error.hint.find("PORT=8000"), std::string::npos);
  EXPECT_NE(error.hint.find("3000"), std::string::npos);
}

TEST(Readiness, APortOnLoopbackAloneIsToldApart) {
  auto seen = Running("web");
  seen.ports = {{8000, false}};
  seen.listening = {{8000, true}};
  const auto verdict = JudgeOne({"web", false, {8000}, {}}, seen, Millis(60'000));
  EXPECT_NE(FailureOf(verdict).cause.find("127.0.0.1:8000 only"), std::string::npos);
  EXPECT_EQ(FailureOf(verdict).hint, "make it listen on 0.0.0.0:8000");
}

TEST(Readiness, HealthIsGreenByTheEngineOrByOurOwnTry) {
  auto seen = Running("web");
  seen.facts.health = ContainerHealth::kStarting;
  EXPECT_EQ(Why(JudgeOne({"web"}, seen)), "its healthcheck has not passed yet");
  seen.health = CheckSeen{"true", true, "exit 0", 1, ""};
  EXPECT_TRUE(std::holds_alternative<Ready>(JudgeOne({"web"}, seen)));
  seen.health.reset();
  seen.facts.health = ContainerHealth::kHealthy;
  EXPECT_TRUE(std::holds_alternative<Ready>(JudgeOne({"web"}, seen)));
  seen.facts.health = ContainerHealth::kUnhealthy;
  EXPECT_EQ(FailureOf(JudgeOne({"web"}, seen)).cause, "unhealthy");
}

TEST(Readiness, AnHttpPathMustAnswer) {
  auto seen = Running("web");
  seen.http = CheckSeen{"GET :8000/health", false, "status 503", 3, ""};
  WantedService wanted{"web", false, {}, HttpCheck{8000, "/health"}};
  EXPECT_EQ(Why(JudgeOne(wanted, seen)), "GET :8000/health does not answer 2xx or 3xx (status 503)");
  seen.http->passed = true;
  EXPECT_TRUE(std::holds_alternative<Ready>(JudgeOne(wanted, seen)));
}

TEST(Readiness, OneFailureDecidesWhileOthersWait) {
  const auto verdict =
      Judge(Wanting({{"db"}, {"web"}}), {Millis(5), {Running("db", Millis(0)), Exited("web", 1)}});
  EXPECT_EQ(FailureOf(verdict).object, "shop/web");
}

TEST(Readiness, AMissingContainerWaitsAndThenFails) {
  EXPECT_EQ(Why(Judge(Wanting({{"db"}}), {Millis(5), {}})), "has no container yet");
  const auto verdict = Judge(Wanting({{"db"}}), {Millis(60'000), {}});
  EXPECT_EQ(FailureOf(verdict).code, Code::kDeadlineExceeded);
}

TEST(Readiness, EvidenceIsBounded) {
  auto seen = Exited("web", 1);
  seen.last_lines.assign(200, "line");
  EXPECT_EQ(Evidence(seen).size(), kEvidenceLinesMax);
}

}  // namespace
}  // namespace edm::worker
