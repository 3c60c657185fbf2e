#include "worker/api/session.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/worker/fake_address_reserver.h"
#include "worker/core/observe.h"

namespace edm::worker {
namespace {

class ScriptedLink final : public MasterLink {
 public:
  Result<Registration> Register(const WorkerFacts& facts,
                                const std::vector<Observation>& observations) override {
    ++registrations;
    engine = facts.engine;
    last = observations;
    if (auto error = Next()) return *error;
    return Registration{"session-" + std::to_string(registrations), 1, Millis(700)};
  }
  Result<BeatAnswer> Heartbeat(const std::string& session, const Load& load,
                               const std::vector<Observation>& changed,
                               const std::vector<std::string>& unsure) override {
    beats.push_back(session);
    last = changed;
    last_load = load;
    asked = unsure;
    if (auto error = Next()) return *error;
    return BeatAnswer{2, Millis(5'000), kept};
  }
  void Fail(Code code) { failures.push_back({code, "master", "no"}); }

  int registrations = 0;
  EngineFacts engine;
  std::vector<std::string> beats;
  std::vector<Observation> last;
  Load last_load;
  std::vector<std::string> asked;
  std::map<std::string, std::vector<std::uint32_t>> kept;

 private:
  std::optional<Error> Next() {
    if (failures.empty()) return std::nullopt;
    auto error = failures.front();
    failures.pop_front();
    return error;
  }
  std::deque<Error> failures;
};

class ScriptedAttempts final : public Attempts {
 public:
  Status Assign(Order) override { return Ok(); }
  Status Cancel(std::uint32_t, const std::string&, std::uint32_t, const std::string&) override {
    return Ok();
  }
  void EndWasDelivered(const std::string&, std::uint32_t) override {}
  void Heard(SteadyTime at, std::optional<Millis> fence_after) override {
    heard.push_back(at);
    fence = fence_after;
  }
  void SawEpoch(std::uint32_t seen_epoch) override { epoch = seen_epoch; }
  std::vector<Observation> Observations() override { return seen; }
  Counts Count() override { return {3, 1}; }
  Unsure AreUnsure() override { return unsure; }
  void Keep(std::uint32_t, const Unsure& asked_of,
            const std::map<std::string, std::vector<std::uint32_t>>& releases) override {
    asked = asked_of;
    kept = releases;
  }

  Unsure unsure;
  Unsure asked;
  std::map<std::string, std::vector<std::uint32_t>> kept;
  std::vector<Observation> seen;
  std::vector<SteadyTime> heard;
  std::optional<Millis> fence;
  std::uint32_t epoch = 0;
};

class FixedLoad final : public LoadProbe {
 public:
  Load Sample() override { return {.cpu = 0.25}; }
};

class SessionFixture : public ::testing::Test {
 protected:
  ScriptedLink link_;
  ScriptedAttempts attempts_;
  FixedLoad load_;
  FakeAddressReserver addresses_;
  FakeClock clock_;
  Session session_{{link_, attempts_, load_, addresses_, clock_}, {.id = "w1"}};
};

Observation Running(const char* instance, Health health) {
  return {.instance = instance, .attempt = 1, .phase = Phase::kRunning, .health = health};
}

TEST_F(SessionFixture, TellsWhenTheAnsweredCallWasSentAndNothingOfOthers) {
  const auto began = clock_.Steady();
  session_.Beat();
  EXPECT_EQ(attempts_.heard, std::vector<SteadyTime>{began});
  EXPECT_EQ(attempts_.epoch, 1U);
  clock_.Advance(Millis(700));
  session_.Beat();
  EXPECT_EQ(attempts_.heard.back(), began + Millis(700));
  EXPECT_EQ(attempts_.fence, Millis(5'000));
  EXPECT_EQ(attempts_.epoch, 2U);
  link_.Fail(Code::kUnavailable);
  clock_.Advance(Millis(700));
  session_.Beat();
  EXPECT_EQ(attempts_.heard.size(), 2U);
}

TEST_F(SessionFixture, RegistersWithAllAndBeatsAtOnce) {
  attempts_.seen = {Running("shop", Health::kHealthy)};
  EXPECT_EQ(session_.Beat(), Millis(0));
  EXPECT_EQ(link_.last.size(), 1u);
  EXPECT_EQ(session_.Beat(), Millis(700));
  EXPECT_EQ(link_.beats, std::vector<std::string>{"session-1"});
  EXPECT_TRUE(link_.last.empty());
  EXPECT_EQ(link_.last_load.running, 3u);
  EXPECT_EQ(link_.last_load.networks_free, 100u);
}

TEST_F(SessionFixture, ABeatCarriesOnlyWhatChanged) {
  attempts_.seen = {Running("a", Health::kHealthy), Running("b", Health::kHealthy)};
  session_.Beat();
  attempts_.seen = {Running("a", Health::kUnhealthy)};
  session_.Beat();
  ASSERT_EQ(link_.last.size(), 2u);
  EXPECT_EQ(link_.last[0].health, Health::kUnhealthy);
  EXPECT_EQ(link_.last[1].instance, "b");
  EXPECT_EQ(link_.last[1].phase, Phase::kDeleted);
  session_.Beat();
  EXPECT_TRUE(link_.last.empty());
}

TEST_F(SessionFixture, OfWhatIsGoneNothingIsToldThatWasThereBefore) {
  auto there = Running("shop", Health::kHealthy);
  there.release = 3;
  there.services = {{.service = "web"}};
  there.operation = "op-1";
  there.keeps_data = true;
  attempts_.seen = {there};
  session_.Beat();
  attempts_.seen = {};
  session_.Beat();
  ASSERT_EQ(link_.last.size(), 1u);
  const Observation gone{.instance = "shop", .attempt = 1, .phase = Phase::kDeleted, .operation = "op-1"};
  EXPECT_TRUE(SameObservation(link_.last[0], gone));
}

TEST_F(SessionFixture, ABeatAsksWhatIsKept) {
  session_.Beat();
  attempts_.unsure = {{"shop", 7}};
  session_.Beat();
  EXPECT_EQ(link_.asked, std::vector<std::string>{"shop"});
  EXPECT_TRUE(attempts_.kept.empty());
  link_.kept = {{"shop", {2, 3}}};
  session_.Beat();
  EXPECT_EQ(attempts_.kept, link_.kept);
  EXPECT_EQ(attempts_.asked, attempts_.unsure);
}

TEST_F(SessionFixture, RegistersAgainWhenTheEngineIsAnother) {
  session_.SetEngine({.version = "20.10"});
  session_.Beat();
  session_.Beat();
  EXPECT_EQ(link_.registrations, 1);
  EXPECT_EQ(link_.engine.version, "20.10");
  session_.SetEngine({.version = "20.10"});
  session_.Beat();
  EXPECT_EQ(link_.registrations, 1);
  session_.SetEngine({.version = "27.3"});
  session_.Beat();
  session_.Beat();
  EXPECT_EQ(link_.registrations, 2);
  EXPECT_EQ(link_.engine.version, "27.3");
}

TEST_F(SessionFixture, ALostBeatIsToldAgain) {
  session_.Beat();
  attempts_.seen = {Running("a", Health::kHealthy)};
  link_.Fail(Code::kUnavailable);
  EXPECT_EQ(session_.Beat(), Session::kReconnect.After(1));
  EXPECT_NE(session_.trouble(), "");
  session_.Beat();
  EXPECT_EQ(link_.last.size(), 1u);
  EXPECT_EQ(session_.trouble(), "");
}

TEST_F(SessionFixture, AMasterThatDoesNotKnowTheSessionIsRegisteredWithAgain) {
  session_.Beat();
  link_.Fail(Code::kFailedPrecondition);
  EXPECT_EQ(session_.Beat(), Millis(0));
  EXPECT_EQ(link_.registrations, 2);
  session_.Beat();
  EXPECT_EQ(link_.beats.back(), "session-2");
}

TEST_F(SessionFixture, AWorkerThatIsShutOutSaysSoAndAsksToBeLetInAgain) {
  for (const auto code : {Code::kPermissionDenied, Code::kUnauthenticated}) {
    session_.Beat();
    ASSERT_TRUE(session_.is_registered());
    const auto registrations = link_.registrations;
    link_.Fail(code);
    EXPECT_GT(session_.Beat(), Millis(0));
    EXPECT_FALSE(session_.is_registered());
    EXPECT_NE(session_.trouble(), "");
    EXPECT_EQ(session_.Beat(), Millis(0));
    EXPECT_EQ(link_.registrations, registrations + 1);
  }
}

TEST_F(SessionFixture, AMasterThatIsAwayIsTriedLessAndLessOften) {
  Millis before{0};
  for (int i = 0; i < 4; ++i) {
    link_.Fail(Code::kUnavailable);
    const auto wait = session_.Beat();
    EXPECT_TRUE(wait > before || wait == Session::kReconnect.most);
    before = wait;
  }
  EXPECT_EQ(before, Session::kReconnect.most);
  EXPECT_EQ(session_.Beat(), Millis(0));
  EXPECT_TRUE(session_.is_registered());
}

}  // namespace
}  // namespace edm::worker
