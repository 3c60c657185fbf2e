#include <thread>

#include "tests/integration/docker_project.h"

namespace edm::worker {
namespace {

class DockerReadiness : public DockerProject {
 protected:
  DockerReadiness() : DockerProject("dockertest-ready"), watch_(runtime().api()) {}

  Result<ReadyReport> Await(std::vector<WantedService> services, Millis timeout = Millis(20'000)) {
    began_ = std::chrono::steady_clock::now();
    return watch_.AwaitReady({id_, std::move(services), timeout},
                             [&](std::string_view line) { progress_.emplace_back(line); }, {});
  }

  ReadinessWatch watch_;
  std::chrono::steady_clock::time_point began_;
  std::vector<std::string> progress_;
};

constexpr const char* kForever = "trap 'exit 0' TERM; while :; do sleep 1 & wait; done";

TEST_F(DockerReadiness, AServiceIsReadyWhenItsPortAccepts) {
  ASSERT_TRUE(Up({{"web", Service("web", "sleep 0.5; exec httpd -f -p 8000")}}).ok());
  const auto ready = Await({{"web", false, {8000}, {}}});
  ASSERT_TRUE(ready.ok()) << ToString(ready.error());
  EXPECT_EQ(ready->services.at(0).text, "running");
  EXPECT_LT(Since(began_), Millis(2'000));
}

TEST_F(DockerReadiness, AWrongPortIsToldWithTheOneThatIsOpen) {
  ASSERT_TRUE(Up({{"web", Service("web", "echo ready on port 3000; exec httpd -f -p 3000")}}).ok());
  const auto ready = Await({{"web", false, {8000}, {}}}, Millis(2'000));
  ASSERT_FALSE(ready.ok());
  const auto& error = ready.error();
  EXPECT_EQ(error.code, Code::kDeadlineExceeded);
  EXPECT_EQ(error.object, id_ + "/web");
  EXPECT_EQ(error.cause, "not healthy in 2 s: nothing listens on 8000");
  EXPECT_EQ(error.evidence, (std::vector<std::string>{"it listens on 3000", "web | ready on port 3000"}));
}

TEST_F(DockerReadiness, AnExitFailsAtOnceWithItsLastLines) {
  ASSERT_TRUE(Up({{"web", Service("web", "echo oh no; sleep 0.2; exit 3")}}).ok());
  const auto ready = Await({{"web", false, {8000}, {}}});
  ASSERT_FALSE(ready.ok());
  EXPECT_LT(Since(began_), Millis(2'000));
  EXPECT_EQ(ready.error().cause, "exited with 3");
  EXPECT_EQ(ready.error().evidence, (std::vector<std::string>{"web | oh no"}));
}

TEST_F(DockerReadiness, ACrashLoopFailsLongBeforeTheTimeout) {
  ASSERT_TRUE(Up({{"web", Service("web", "exit 4", {{"restart", "unless-stopped"}})}}).ok());
  const auto ready = Await({{"web"}});
  ASSERT_FALSE(ready.ok());
  EXPECT_LT(Since(began_), Millis(8'000));
  EXPECT_EQ(ready.error().cause, "keeps restarting; it exited with 4");
}

TEST_F(DockerReadiness, OneShotsAreDoneWithZero) {
  ASSERT_TRUE(Up({{"ok", Service("ok", "sleep 0.3")}, {"web", Service("web", kForever)}}).ok());
  const auto ready = Await({{"ok", true, {}, {}}, {"web"}});
  ASSERT_TRUE(ready.ok()) << ToString(ready.error());
  EXPECT_EQ(ready->services.at(0).text, "exit 0");
  RemoveAll();
  ASSERT_TRUE(Up({{"bad", Service("bad", "exit 5")}}).ok());
  EXPECT_EQ(Await({{"bad", true, {}, {}}}).error().cause, "exited with 5");
}

TEST_F(DockerReadiness, TheHealthCommandIsRunByUsAndNotOnlyAfterItsInterval) {
  const nlohmann::json check{
      {"healthcheck", {{"test", {"CMD-SHELL", "test -e /green"}}, {"interval", "30s"}}}};
  ASSERT_TRUE(
      Up({{"web", Service("web", std::string("(sleep 0.7; touch /green) & ") + kForever, check)}}).ok());
  const auto ready = Await({{"web"}});
  ASSERT_TRUE(ready.ok()) << ToString(ready.error());
  EXPECT_EQ(ready->services.at(0).text, "healthy");
  EXPECT_LT(Since(began_), Millis(4'000));
}

TEST_F(DockerReadiness, AServiceThatNeverGetsHealthySaysWhatItsCheckSaid) {
  const nlohmann::json check{
      {"healthcheck", {{"test", {"CMD", "sh", "-c", "echo not yet; exit 7"}}, {"interval", "30s"}}}};
  ASSERT_TRUE(Up({{"web", Service("web", kForever, check)}}).ok());
  const auto ready = Await({{"web"}}, Millis(2'000));
  ASSERT_FALSE(ready.ok());
  EXPECT_EQ(ready.error().cause, "not healthy in 2 s: its healthcheck has not passed yet");
  ASSERT_GE(ready.error().evidence.size(), 2U);
  EXPECT_NE(ready.error().evidence[0].find("exit 7, "), std::string::npos) << ready.error().evidence[0];
  EXPECT_EQ(ready.error().evidence[1], "check | not yet");
}

TEST_F(DockerReadiness, AnHttpPathMustAnswer) {
  const std::string script = "mkdir /www; echo hi > /www/ok; exec httpd -f -p 8000 -h /www";
  ASSERT_TRUE(Up({{"web", Service("web", script)}}).ok());
  EXPECT_TRUE(Await({{"web", false, {8000}, HttpCheck{8000, "/ok"}}}).ok());
  const auto bad = Await({{"web", false, {8000}, HttpCheck{8000, "/no"}}}, Millis(1'500));
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().cause.find("GET :8000/no"), std::string::npos) << bad.error().cause;
  EXPECT_NE(bad.error().cause.find("status 404"), std::string::npos) << bad.error().cause;
}

TEST_F(DockerReadiness, AContainerOutOfMemorySaysSo) {
  ASSERT_TRUE(Up({{"web", Service("web", "sleep 0.2; exec tail /dev/zero",
                                  {{"mem_limit", "16m"}, {"memswap_limit", "16m"}})}})
                  .ok());
  const auto ready = Await({{"web", false, {8000}, {}}});
  ASSERT_FALSE(ready.ok());
  EXPECT_EQ(ready.error().cause, "exited with 137, out of memory");
}

TEST_F(DockerReadiness, UpWaitsForWhatAServiceDependsOn) {
  const nlohmann::json check{
      {"healthcheck", {{"test", {"CMD-SHELL", "test -e /green"}}, {"interval", "30s"}}}};
  const nlohmann::json needs{{"depends_on",
                              {{"db", {{"condition", "service_healthy"}}},
                               {"migrate", {{"condition", "service_completed_successfully"}}}}}};
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(Up({{"db", Service("db", std::string("(sleep 0.5; touch /green) & ") + kForever, check)},
                  {"migrate", Service("migrate", "sleep 0.5")},
                  {"web", Service("web", kForever, needs)}})
                  .ok());
  EXPECT_LT(Since(began), Millis(10'000)) << "the engine's first probe would come after 30 s";
  const auto containers = runtime().Containers(id_);
  ASSERT_EQ(containers->size(), 3U);
  EXPECT_GE(containers->at(2).started_at, containers->at(1).finished_at) << "web started after migrate ended";
}

TEST_F(DockerReadiness, UpFailsWhenADependencyDoes) {
  const nlohmann::json needs{
      {"depends_on", {{"migrate", {{"condition", "service_completed_successfully"}}}}}};
  const auto up = Up({{"migrate", Service("migrate", "echo no such table; exit 9")},
                      {"web", Service("web", kForever, needs)}});
  ASSERT_FALSE(up.ok());
  EXPECT_EQ(up.error().object, id_ + "/migrate");
  EXPECT_EQ(up.error().cause, "exited with 9");
  EXPECT_EQ(up.error().evidence, (std::vector<std::string>{"migrate | no such table"}));
  EXPECT_EQ(runtime().Containers(id_)->size(), 2U) << "kept for inspection";
}

TEST_F(DockerReadiness, ACommandThatIsNotThereIsToldByUp) {
  auto service = Service("web", "");
  service["command"] = {"/no/such/program"};
  const auto up = Up({{"web", service}});
  ASSERT_FALSE(up.ok());
  EXPECT_EQ(up.error().object, id_ + "/web");
  EXPECT_NE(up.error().cause.find("/no/such/program"), std::string::npos) << up.error().cause;
}

TEST_F(DockerReadiness, StopEndsTheWait) {
  ASSERT_TRUE(Up({{"web", Service("web", kForever)}}).ok());
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(Millis(200));
    stop.request_stop();
  });
  const auto ready =
      watch_.AwaitReady({id_, {{"web", false, {8000}, {}}}, Millis(20'000)}, {}, stop.get_token());
  EXPECT_EQ(ready.error().code, Code::kCancelled);
}

}  // namespace
}  // namespace edm::worker
