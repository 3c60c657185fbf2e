#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <random>
#include <span>
#include <thread>

#include "common/base/bytes.h"
#include "common/rpc/http/client.h"
#include "tests/integration/git_site.h"

namespace edm::master {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Verdict = PushGate::Verdict;

class GitPush : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(site_.git().EnsureRepo(kRepo, "main").ok());
    work_ = site_.WorkTree("work");
  }

  GitSite::Ran Git(const std::vector<std::string>& words) { return site_.Git(work_, words); }
  GitSite::Ran Push(const std::string& refspec) { return Git({"push", site_.Url("Ann", "shop"), refspec}); }
  std::string Head() { return Git({"rev-parse", "HEAD"}).output.substr(0, 40); }
  std::string At(const std::string& ref) {
    const auto found = site_.git().Resolve(kRepo, ref);
    return found.ok() ? *found : "none";
  }
  // To the push service of the repo, by no git client.
  rpc::HttpCall RawPush() const {
    rpc::HttpCall call;
    call.method = "POST";
    call.target = "/git/Ann/shop.git/git-receive-pack";
    call.headers.Set("Authorization", std::string("Basic ") + ToBase64(std::string("x:") + GitSite::kToken));
    call.headers.Set("Content-Type", "application/x-git-receive-pack-request");
    return call;
  }
  Result<rpc::HttpReply> Send(const rpc::HttpCall& call) const {
    return rpc::HttpClient({.url = "http://127.0.0.1:" + std::to_string(site_.port())}).Call(call);
  }
  void Commit(const std::string& content) {
    std::ofstream(work_ + "/file") << content;
    Git({"commit", "-q", "-a", "-m", "more"});
  }
  // A gate that deploys: moves the branch itself, as a master does.
  void Deploys() {
    site_.gate().OnPush([this](const PushedBranch& push, const auto& on_line, auto) -> Result<Verdict> {
      on_line("build    web 14.2 s");
      EDM_CHECK(site_.git().MoveBranch({push.owner, push.instance}, push.branch, push.from, push.to));
      on_line("running  http://10.0.0.12:30081");
      return Verdict::kMoved;
    });
  }

  inline static const RepoName kRepo{"Ann", "shop"};
  GitSite site_;
  std::string work_;
};

TEST_F(GitPush, ShowsWhatTheDeploySaysAndMovesTheBranch) {
  Deploys();
  const auto pushed = Push("main");
  EXPECT_EQ(pushed.exit_code, 0) << pushed.output;
  EXPECT_THAT(pushed.output, HasSubstr("remote: build    web 14.2 s"));
  EXPECT_THAT(pushed.output, HasSubstr("remote: running  http://10.0.0.12:30081"));
  EXPECT_EQ(At("main"), Head());
  const auto pushes = site_.gate().pushes();
  ASSERT_EQ(pushes.size(), 1U);
  EXPECT_EQ(pushes[0].actor, "ann-laptop");
  EXPECT_EQ(pushes[0].owner, "Ann");
  EXPECT_EQ(pushes[0].instance, "shop");
  EXPECT_EQ(pushes[0].branch, "main");
  EXPECT_EQ(pushes[0].from, std::string(40, '0'));
  EXPECT_EQ(pushes[0].to, Head());
}

TEST_F(GitPush, ARejectedPushMovesNothingAndCanBeTriedAgain) {
  site_.gate().OnPush([](const auto&, const auto&, auto) -> Result<Verdict> {
    return Error{
        Code::kFailedPrecondition, "shop/web", "the build failed", {"RUN false"}, "mend the Dockerfile"};
  });
  const auto rejected = Push("main");
  EXPECT_NE(rejected.exit_code, 0);
  EXPECT_THAT(rejected.output, HasSubstr("remote: error: shop/web: the build failed"));
  EXPECT_THAT(rejected.output, HasSubstr("remote:   seen   RUN false"));
  EXPECT_THAT(rejected.output, HasSubstr("remote:   next   mend the Dockerfile"));
  EXPECT_THAT(rejected.output, HasSubstr("[remote rejected] main -> main (the build failed)"));
  EXPECT_EQ(At("main"), "none");
  Deploys();
  EXPECT_EQ(Push("main").exit_code, 0);
  EXPECT_EQ(At("main"), Head());
}

TEST_F(GitPush, TheCommitCanBeReadWhileItIsJudged) {
  std::string cloned;
  site_.gate().OnPush([&](const PushedBranch& push, const auto&, auto) -> Result<Verdict> {
    EDM_CHECK(site_.git().KeepCommits(kRepo, {{1, push.to}}));
    EDM_TRY(const auto access, site_.git().GrantRead(kRepo, push.to, WallTime(Seconds(4'000'000'000))));
    const auto url = site_.Url("Ann", "shop", access.password);
    std::filesystem::create_directories(site_.folder() + "/worker");
    site_.Git(site_.folder() + "/worker", {"init", "-q"});
    auto granted = url;
    granted.replace(granted.find("anyone"), 6, access.user);
    cloned = site_.Git(site_.folder() + "/worker", {"fetch", "-q", granted, push.to}).output;
    return Verdict::kStore;
  });
  EXPECT_EQ(Push("main").exit_code, 0);
  EXPECT_EQ(cloned, "");
  EXPECT_EQ(site_.Git(site_.folder() + "/worker", {"rev-parse", "FETCH_HEAD"}).output.substr(0, 40), Head());
}

TEST_F(GitPush, StoresAnotherBranch) {
  site_.gate().OnPush([](const auto&, const auto& on_line, auto) -> Result<Verdict> {
    on_line("stored; only main is deployed");
    return Verdict::kStore;
  });
  const auto pushed = Push("main:feature/x");
  EXPECT_EQ(pushed.exit_code, 0) << pushed.output;
  EXPECT_THAT(pushed.output, HasSubstr("remote: stored; only main is deployed"));
  EXPECT_EQ(At("feature/x"), Head());
}

TEST_F(GitPush, JudgesEachBranchOfAPushForItself) {
  site_.gate().OnPush([](const PushedBranch& push, const auto&, auto) -> Result<Verdict> {
    if (push.branch == "bad") return Error{Code::kFailedPrecondition, "bad", "is not wanted", {}, "leave it"};
    return Verdict::kStore;
  });
  const auto pushed = Git({"push", site_.Url("Ann", "shop"), "main:good", "main:bad", "main:fine"});
  EXPECT_NE(pushed.exit_code, 0);
  EXPECT_EQ(At("good"), Head());
  EXPECT_EQ(At("fine"), Head());
  EXPECT_EQ(At("bad"), "none");
}

TEST_F(GitPush, TakesForcedPushesAndDeletions) {
  ASSERT_EQ(Push("main:x").exit_code, 0);
  Git({"commit", "-q", "--amend", "-m", "another"});
  EXPECT_NE(Push("main:x").exit_code, 0) << "the client sees that it is no fast forward";
  EXPECT_EQ(Push("+main:x").exit_code, 0);
  EXPECT_EQ(At("x"), Head());
  EXPECT_EQ(Push(":x").exit_code, 0);
  EXPECT_EQ(At("x"), "none");
  EXPECT_EQ(site_.gate().pushes().back().to, std::string(40, '0'));
}

TEST_F(GitPush, StoresTagsWithoutAskingAndRefusesRefsOfItsOwn) {
  Git({"tag", "v1"});
  EXPECT_EQ(Push("v1").exit_code, 0);
  EXPECT_EQ(At("v1"), Head());
  EXPECT_TRUE(site_.gate().pushes().empty());
  EXPECT_NE(Push("main:refs/edm/releases/1").exit_code, 0);
  EXPECT_EQ(At("refs/edm/releases/1"), "none");
}

TEST_F(GitPush, PushesAndClonesFiftyMegabytes) {
  std::mt19937 random(1);
  std::string content(50U << 20U, '\0');
  for (std::size_t i = 0; i < content.size(); i += 4) {
    const auto word = random();
    content.replace(i, 4, reinterpret_cast<const char*>(&word), 4);
  }
  Commit(content);
  const auto pushed = Push("main");
  ASSERT_EQ(pushed.exit_code, 0) << pushed.output;
  EXPECT_EQ(At("main"), Head());
  const auto cloned = site_.Git(site_.folder(), {"clone", "-q", site_.Url("ann", "shop"), "copy"});
  ASSERT_EQ(cloned.exit_code, 0) << cloned.output;
  EXPECT_EQ(std::filesystem::file_size(site_.folder() + "/copy/file"), content.size());
}

TEST_F(GitPush, ClonesShallowlyAndByEveryProtocol) {
  for (int i = 0; i < 5; ++i) Commit(std::to_string(i));
  ASSERT_EQ(Push("main").exit_code, 0);
  for (const auto* version : {"0", "1", "2"}) {
    const auto name = std::string("v") + version;
    const auto protocol = std::string("protocol.version=") + version;
    const auto cloned = site_.Git(
        site_.folder(), {"-c", protocol, "clone", "-q", "--depth=1", site_.Url("aNN", "shop"), name});
    ASSERT_EQ(cloned.exit_code, 0) << cloned.output;
    EXPECT_EQ(site_.Git(site_.folder() + "/" + name, {"rev-list", "--count", "HEAD"}).output, "1\n");
    const auto fetched =
        site_.Git(site_.folder() + "/" + name, {"-c", protocol, "fetch", "-q", "--unshallow"});
    ASSERT_EQ(fetched.exit_code, 0) << fetched.output;
    EXPECT_EQ(site_.Git(site_.folder() + "/" + name, {"rev-list", "--count", "HEAD"}).output, "6\n");
  }
}

TEST_F(GitPush, RefusesAWrongPasswordAndNone) {
  const auto wrong = Git({"push", site_.Url("Ann", "shop", "wrong"), "main"});
  EXPECT_NE(wrong.exit_code, 0);
  EXPECT_THAT(wrong.output, HasSubstr("Authentication failed"));
  EXPECT_NE(Git({"ls-remote", site_.Url("Ann", "shop", "")}).exit_code, 0);
  EXPECT_TRUE(site_.gate().pushes().empty());
}

TEST_F(GitPush, AGrantReadsItsOwnRepoAndNothingElse) {
  ASSERT_EQ(Push("main").exit_code, 0);
  ASSERT_TRUE(site_.git().EnsureRepo({"Ann", "other"}, "main").ok());
  const auto access = site_.git().GrantRead(kRepo, Head(), WallTime(Seconds(4'000'000'000)));
  const auto by_grant = [&](const std::string& name) {
    auto url = site_.Url("Ann", name, access->password);
    return url.replace(url.find("anyone"), 6, access->user);
  };
  EXPECT_EQ(Git({"ls-remote", by_grant("shop")}).exit_code, 0);
  EXPECT_NE(Git({"ls-remote", by_grant("other")}).exit_code, 0);
  EXPECT_NE(Git({"push", by_grant("shop"), "main:x"}).exit_code, 0);
  EXPECT_EQ(At("x"), "none");
}

TEST_F(GitPush, SaysWhyARepoIsNotForThisPerson) {
  const auto refused = Git({"ls-remote", site_.Url("Ann", "secret")});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.output, HasSubstr("remote: error: instance secret: belongs to somebody else"));
}

TEST_F(GitPush, KnowsNoRepoOutsideItsFolder) {
  for (const auto* path :
       {"../../etc", "..%2f..%2fetc", ".hooks/shop", "Ann/..", "Ann/nothing", "Ann/%2e%2e/shop"}) {
    auto url = site_.Url("x", "y");
    url = url.substr(0, url.find("/git/")) + "/git/" + path + ".git";
    EXPECT_NE(Git({"-c", "http.followRedirects=false", "ls-remote", url}).exit_code, 0) << path;
  }
}

TEST_F(GitPush, ThePersonMayLeaveWhileTheDeployGoesOn) {
  std::atomic<bool> judging = false;
  std::atomic<bool> told = false;
  std::atomic<bool> finished = false;
  site_.gate().OnPush(
      [&](const PushedBranch& push, const auto& on_line, std::stop_token stop) -> Result<Verdict> {
        judging = true;
        for (int i = 0; i < 500 && !stop.stop_requested(); ++i) {
          on_line("still building");
          std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        told = stop.stop_requested();
        EDM_CHECK(site_.git().MoveBranch(kRepo, push.branch, push.from, push.to));
        finished = true;
        return Verdict::kMoved;
      });
  std::stop_source leave;
  std::jthread leaver([&] {
    while (!judging) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    leave.request_stop();
  });
  const auto pushed = site_.Git(work_, {"push", site_.Url("Ann", "shop"), "main"}, leave.get_token());
  EXPECT_NE(pushed.exit_code, 0);
  for (int i = 0; i < 500 && !finished; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(told);
  EXPECT_TRUE(finished);
  EXPECT_EQ(At("main"), Head());
}

TEST_F(GitPush, AnUploadByTheServerItselfAsksNobody) {
  const auto source = site_.folder() + "/upload";
  std::filesystem::create_directories(source);
  std::ofstream(source + "/compose.yaml") << "services: {}\n";
  const auto pushed =
      site_.git().Push(kRepo, "main", source, {"ann", "", "", WallTime(Seconds(1'795'000'000))});
  ASSERT_TRUE(pushed.ok());
  EXPECT_TRUE(site_.gate().pushes().empty());
  EXPECT_EQ(site_.Git(site_.folder(), {"clone", "-q", site_.Url("ann", "shop"), "copy"}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(site_.folder() + "/copy/compose.yaml"));
}

TEST_F(GitPush, ThatBreaksOffHoldsNobodyElseUp) {
  constexpr int kThreadsOfPushes = 4;  // GitSite's
  for (int i = 0; i < kThreadsOfPushes; ++i) {
    auto call = RawPush();
    bool begun = false;
    call.body_size = 100'000;
    call.body_source = [&](std::span<char> into) -> Result<std::size_t> {
      if (std::exchange(begun, true)) return Error{Code::kAborted, "client", "leaves", {}, ""};
      return std::string_view("00a5").copy(into.data(), into.size());
    };
    EXPECT_EQ(Send(call).error().code, Code::kAborted);
  }
  Deploys();
  EXPECT_EQ(Push("main").exit_code, 0);
}

TEST_F(GitPush, WhoseClientVanishesLeavesNothingBehind) {
  std::mt19937 random(1);
  std::string content(8U << 20U, '\0');
  for (auto& c : content) c = static_cast<char>(random());
  Commit(content);
  const auto repo = std::filesystem::path(site_.git().repos().Path(kRepo));
  const auto quarantined = [&] {
    return std::ranges::any_of(std::filesystem::directory_iterator(repo / "objects"), [](const auto& entry) {
      return entry.path().filename().string().starts_with("tmp_objdir-");
    });
  };
  for (int i = 0; i < 6; ++i) {
    std::stop_source leave;
    std::jthread leaver([&](std::stop_token pushed) {
      while (!quarantined() && !pushed.stop_requested()) std::this_thread::sleep_for(Millis(1));
      std::this_thread::sleep_for(Millis(20 * i));
      leave.request_stop();
    });
    site_.Git(work_, {"push", site_.Url("Ann", "shop"), "main:refs/heads/b" + std::to_string(i)},
              leave.get_token());
    leaver.request_stop();
    for (int tries = 0; tries < 500 && quarantined(); ++tries) std::this_thread::sleep_for(Millis(10));
    EXPECT_FALSE(quarantined()) << "left after " << 20 * i << " ms";
  }
}

TEST_F(GitPush, SaysWhatIsWrongWithARequestOfNoGitClient) {
  for (const auto* body : {"", "garbage", "00a5", "ffff"}) {
    auto call = RawPush();
    call.body = body;
    const auto answer = Send(call);
    ASSERT_TRUE(answer.ok()) << ToString(answer.error());
    EXPECT_EQ(answer->status, 400) << body;
    EXPECT_TRUE(answer->body.starts_with("error: request: ")) << answer->body;
    EXPECT_THAT(answer->body, HasSubstr("  next   "));
  }
  auto large = RawPush();
  large.headers.Set("Expect", "100-continue");
  large.body_size = 1ULL << 40U;
  large.body_source = [](std::span<char> into) -> Result<std::size_t> { return into.size(); };
  const auto answer = Send(large);
  ASSERT_TRUE(answer.ok()) << ToString(answer.error());
  EXPECT_EQ(answer->status, 413);
  EXPECT_THAT(answer->body, HasSubstr("push.bytes_max"));
}

TEST(GitPushLimit, RefusesAPackThatIsTooLarge) {
  GitSite site(64 * 1024);
  ASSERT_TRUE(site.git().EnsureRepo({"ann", "shop"}, "main").ok());
  std::mt19937 random(1);
  std::string content(300'000, '\0');
  for (auto& c : content) c = static_cast<char>(random());
  const auto work = site.WorkTree("work", content);
  const auto pushed = site.Git(work, {"push", site.Url("ann", "shop"), "main"});
  EXPECT_NE(pushed.exit_code, 0);
  EXPECT_THAT(pushed.output, HasSubstr("maximum allowed size"));
  EXPECT_FALSE(site.git().Resolve({"ann", "shop"}, "main").ok());
}

TEST_F(GitPush, ImportsABranchATagAndACommitFromAnotherServer) {
  Commit("two");
  ASSERT_EQ(Push("main").exit_code, 0);
  Git({"tag", "-a", "-m", "one", "v1", "HEAD^"});
  ASSERT_EQ(Push("v1").exit_code, 0);
  // Credentials never stand in a URL, so the other server must be open: a second site takes the grant's
  // place.
  const auto refused = site_.git().Import(kRepo, "main", site_.Url("Ann", "shop"), "main");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  const auto closed = site_.git().Import(kRepo, "main", site_.Url("Ann", "shop", ""), "main");
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().code, Code::kPermissionDenied);
  EXPECT_THAT(closed.error().cause, HasSubstr("credentials"));
  const auto away = site_.git().Import(kRepo, "main", "http://127.0.0.1:1/x.git", "main");
  ASSERT_FALSE(away.ok());
  EXPECT_EQ(away.error().code, Code::kUnavailable);
  EXPECT_FALSE(away.error().hint.empty());
}

}  // namespace
}  // namespace edm::master
