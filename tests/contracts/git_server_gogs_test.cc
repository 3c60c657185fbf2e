#include <chrono>
#include <thread>

#include "common/adapters/system/system_entropy.h"
#include "master/adapters/gogs/gogs_git_server.h"
#include "tests/contracts/git_server_contract.h"
#include "tests/fakes/scripted_gogs_server.h"

namespace edm::master {
namespace {

using Kind = ScriptedGogsServer::Kind;

// Hangs are noticed within a second, so that the tests are quick.
GogsPatience Quick() {
  return {.call_deadline = Millis(1'000), .tries_max = 6, .pause = Backoff{Millis(50), Millis(400)}};
}

TEST(GogsPatience, BeginsNoTryAfterItsTime) {
  int tries = 0;
  const auto hangs = [&]() -> Status {
    ++tries;
    return Error{Code::kDeadlineExceeded, "git server", "not done", {}, ""};
  };
  EXPECT_FALSE(Patiently({.tries_max = 3, .total = Millis(0), .pause = {Millis(1), Millis(1)}}, hangs).ok());
  EXPECT_EQ(tries, 1);
  EXPECT_FALSE(Patiently({.tries_max = 3, .pause = {Millis(1), Millis(1)}}, hangs).ok());
  EXPECT_EQ(tries, 1 + 3);
}

class Gogs final : public GitServerUnderTest {
 public:
  Gogs(const std::string& folder, Kind kind)
      : scripted_(folder + "/gogs", kind),
        transfer_({.program = EDM_TRANSFER_PROGRAM, .deadline = Millis(5'000)}, runner_),
        api_({scripted_.url(), ScriptedGogsServer::kAdminToken, "seed", Quick()}) {
    auto opened = GogsGitServer::Open({folder + "/mirrors", Quick()}, api_, entropy_, transfer_);
    server_ = std::move(opened).value();
  }
  GitServer& server() override { return *server_; }
  std::string BarePath(const RepoName& repo) override { return scripted_.BarePath(repo); }
  ScriptedGogsServer& scripted() { return scripted_; }

 private:
  ScriptedGogsServer scripted_;
  SystemEntropy entropy_;
  BoostProcessRunner runner_;
  TransferClient transfer_;
  GogsApi api_;
  std::unique_ptr<GogsGitServer> server_;
};

GitServerCase CaseOf(const std::string& name, Kind kind) {
  return {name, [kind](const std::string& folder) { return std::make_unique<Gogs>(folder, kind); }};
}

INSTANTIATE_TEST_SUITE_P(Gogs, GitServerContract,
                         testing::Values(CaseOf("Gogs", Kind::kGogs), CaseOf("Gitea", Kind::kGitea)),
                         [](const auto& tested) { return tested.param.name; });

class GogsTrouble : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server().EnsureOwner("Ann").ok());
    ASSERT_TRUE(server().EnsureRepo(kRepo, "main").ok());
    std::filesystem::create_directories(source_);
    std::ofstream(source_ + "/a") << "1";
  }
  GitServer& server() { return gogs_.server(); }
  Result<Committed> Push() {
    return server().Push(kRepo, "main", source_, {"ann", "", "", WallTime(Seconds(1))});
  }

  inline static const RepoName kRepo{"Ann", "shop"};
  TemporaryFolder folder_;
  Gogs gogs_{folder_.path(), Kind::kGogs};
  const std::string source_ = folder_.path() + "/source";
};

TEST_F(GogsTrouble, SurvivesAnswersOf500) {
  gogs_.scripted().Fail(2);
  ASSERT_TRUE(server().EnsureOwner("bob").ok());
  gogs_.scripted().Fail(2);
  ASSERT_TRUE(server().EnsureRepo({"bob", "shop"}, "main").ok());
  gogs_.scripted().Fail(2);
  const auto pushed = Push();
  ASSERT_TRUE(pushed.ok()) << ToString(pushed.error());
  EXPECT_EQ(*server().Resolve(kRepo, "main"), pushed->commit);
}

TEST_F(GogsTrouble, SurvivesAHang) {
  gogs_.scripted().Hang(1);
  const auto made = server().EnsureOwner("bob");
  ASSERT_TRUE(made.ok()) << ToString(made.error());
}

TEST_F(GogsTrouble, SurvivesAHangInTheMiddleOfATransfer) {
  const auto pushed = Push();
  ASSERT_TRUE(pushed.ok()) << ToString(pushed.error());
  gogs_.scripted().Hang(1);
  const auto resolved = server().Resolve(kRepo, "main");
  ASSERT_TRUE(resolved.ok()) << ToString(resolved.error());
}

TEST_F(GogsTrouble, SaysWhenTheServerStaysBroken) {
  gogs_.scripted().Fail(1'000);
  const auto made = server().EnsureOwner("bob");
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::kUnavailable);
  EXPECT_THAT(made.error().cause, testing::HasSubstr("500"));
  EXPECT_FALSE(made.error().hint.empty());
  EXPECT_EQ(Push().error().code, Code::kUnavailable);
  gogs_.scripted().Fail(0);
  EXPECT_TRUE(Push().ok()) << "nothing is left half-done";
}

TEST_F(GogsTrouble, SurvivesARestartInTheMiddle) {
  std::jthread restarter([&] {
    gogs_.scripted().Stop();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    gogs_.scripted().Start();
  });
  const auto pushed = Push();
  restarter.join();
  ASSERT_TRUE(pushed.ok()) << ToString(pushed.error());
  EXPECT_EQ(*server().Resolve(kRepo, "main"), pushed->commit);
}

TEST_F(GogsTrouble, FetchesAgainWhenItsMirrorIsLost) {
  const auto first = Push();
  ASSERT_TRUE(first.ok());
  const auto mirror = folder_.path() + "/mirrors/ann/shop.git";
  std::filesystem::remove_all(mirror);
  ASSERT_TRUE(server().EnsureRepo(kRepo, "main").ok());
  EXPECT_EQ(*server().Resolve(kRepo, "main"), first->commit);
  EXPECT_TRUE(Push()->unchanged);
}

TEST_F(GogsTrouble, LeavesAPersonsOwnAccountAlone) {
  gogs_.scripted().AddUser("carl", "his own password");
  ASSERT_TRUE(server().EnsureOwner("carl").ok());
  const auto granted = server().GrantRead({"carl", "shop"}, std::string(40, 'a'), WallTime());
  ASSERT_FALSE(granted.ok());
  EXPECT_EQ(granted.error().code, Code::kFailedPrecondition);
}

TEST_F(GogsTrouble, SaysThatTheAdminTokenIsWrong) {
  GogsApi api({gogs_.scripted().url(), "wrong", "seed", Quick()});
  const auto made = api.EnsureUser("bob");
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::kPermissionDenied);
  EXPECT_THAT(made.error().hint, testing::HasSubstr("gogs.token"));
  EXPECT_THAT(ToString(made.error()), testing::Not(testing::HasSubstr("wrong")));
}

}  // namespace
}  // namespace edm::master
