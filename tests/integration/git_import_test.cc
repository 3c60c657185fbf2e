#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <thread>

#include "common/adapters/process/boost_process_runner.h"
#include "common/adapters/system/system_entropy.h"
#include "common/adapters/system/thread_pool.h"
#include "common/rpc/http/server.h"
#include "master/adapters/git/embedded_git_server.h"
#include "master/api/git/git_bridge.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::master {
namespace {

using ::testing::HasSubstr;

// A server elsewhere that anyone may read: one repo with a branch, a tag and an older commit. Below /moved it
// redirects to another host, below /hangs it never answers.
class GitImport : public testing::Test {
 protected:
  void SetUp() override {
    work_ = folder_.path() + "/repos/lib.git";
    std::filesystem::create_directories(work_);
    Git({"init", "-q", "-b", "main"});
    for (const auto* content : {"one", "two"}) {
      std::ofstream(work_ + "/file") << content;
      Git({"add", "-A"});
      Git({"commit", "-q", "-m", content});
    }
    Git({"tag", "-a", "-m", "first", "v1", "HEAD^"});
    server_ = rpc::HttpServer::Start({}, [this](std::shared_ptr<rpc::Exchange> exchange) {
                Handle(exchange);
              }).value();
    git_ = EmbeddedGitServer::Open({folder_.path() + "/git", "http://unused"}, entropy_, transfer_).value();
    ASSERT_TRUE(git_->EnsureRepo(kRepo, "main").ok());
  }
  void TearDown() override {
    hung_.clear();
    server_->Stop(Millis(1'000));
  }

  void Handle(const std::shared_ptr<rpc::Exchange>& exchange) {
    const auto& request = exchange->request();
    if (request.path.starts_with("/hangs")) return hung_.push_back(exchange);
    if (request.path.starts_with("/moved")) {
      return exchange->Respond({302,
                                {{"Location", "http://localhost:" + std::to_string(server_->port()) +
                                                  "/lib.git/info/refs?" + request.query}},
                                ""});
    }
    ProcessSpec spec;
    spec.argv = {"git", "http-backend"};
    spec.environment = {{"PATH", "/usr/bin:/bin"},
                        {"GIT_CONFIG_NOSYSTEM", "1"},
                        {"HOME", folder_.path()},
                        {"GIT_PROJECT_ROOT", folder_.path() + "/repos"},
                        {"GIT_HTTP_EXPORT_ALL", "1"},
                        {"PATH_INFO", request.path},
                        {"QUERY_STRING", request.query},
                        {"REQUEST_METHOD", request.method},
                        {"CONTENT_TYPE", std::string(request.headers.Get("Content-Type"))}};
    if (request.content_length)
      spec.environment.emplace_back("CONTENT_LENGTH", std::to_string(*request.content_length));
    EDM_ASSERT(pool_.Post([this, exchange, spec] {
      auto program = runner_.Start(spec);
      if (!BridgeToCgi(exchange, std::move(*program)).ok()) exchange->Abort();
    }));
  }

  std::string Git(std::vector<std::string> words) {
    ProcessSpec spec;
    spec.argv = {"git"};
    spec.argv.insert(spec.argv.end(), words.begin(), words.end());
    spec.directory = work_;
    spec.environment = {{"PATH", "/usr/bin:/bin"},   {"HOME", folder_.path()},
                        {"GIT_AUTHOR_NAME", "a"},    {"GIT_AUTHOR_EMAIL", "a@b"},
                        {"GIT_COMMITTER_NAME", "a"}, {"GIT_COMMITTER_EMAIL", "a@b"}};
    std::string out;
    static_cast<void>(runner_.Run(spec, [&](OutputStream, std::string_view line) { out.append(line); }, {}));
    return out;
  }

  Result<std::string> Import(const std::string& path, const std::string& ref) {
    return git_->Import(kRepo, "main", "http://127.0.0.1:" + std::to_string(server_->port()) + path, ref);
  }
  bool NoHelperRefs() {
    std::error_code none;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(git_->repos().Path(kRepo) + "/refs/edm", none)) {
      if (entry.is_regular_file()) return false;
    }
    return true;
  }

  inline static const RepoName kRepo{"ann", "shop"};
  TemporaryFolder folder_;
  std::string work_;
  SystemEntropy entropy_;
  BoostProcessRunner runner_;
  ThreadPool pool_{{.name = "elsewhere", .threads = 2}};
  std::vector<std::shared_ptr<rpc::Exchange>> hung_;
  TransferClient transfer_{
      {.program = EDM_TRANSFER_PROGRAM, .deadline = Millis(4'000), .fetched_bytes_max = 200'000}, runner_};
  std::unique_ptr<rpc::HttpServer> server_;
  std::unique_ptr<EmbeddedGitServer> git_;
};

TEST_F(GitImport, FetchesABranchATagAndACommit) {
  const auto head = Git({"rev-parse", "HEAD"});
  const auto first = Git({"rev-parse", "HEAD^"});
  for (const auto& [ref, commit] :
       {std::pair(std::string(), head), std::pair(std::string("main"), head),
        std::pair(std::string("v1"), first), std::pair(first, first), std::pair(first.substr(0, 8), first)}) {
    const auto imported = Import("/lib.git", ref);
    // A stock server's work tree repo is served by its .git folder.
    ASSERT_TRUE(imported.ok()) << ref << ": " << ToString(imported.error());
    EXPECT_EQ(*imported, commit);
    EXPECT_EQ(*git_->Resolve(kRepo, "main"), commit);
    EXPECT_TRUE(NoHelperRefs());
  }
}

TEST_F(GitImport, SaysThatABranchIsMissing) {
  const auto imported = Import("/lib.git", "nowhere");
  ASSERT_FALSE(imported.ok());
  EXPECT_EQ(imported.error().code, Code::kNotFound);
  EXPECT_THAT(imported.error().object, HasSubstr("nowhere"));
  EXPECT_EQ(Import("/lib.git", std::string(40, 'a')).error().code, Code::kNotFound);
  EXPECT_FALSE(git_->Resolve(kRepo, "main").ok());
  EXPECT_TRUE(NoHelperRefs());
}

TEST_F(GitImport, FollowsNoRedirect) {
  const auto imported = Import("/moved/lib.git", "main");
  ASSERT_FALSE(imported.ok());
  EXPECT_FALSE(imported.error().hint.empty());
}

TEST_F(GitImport, EndsWhenTheOtherSideHangs) {
  const auto imported = Import("/hangs/lib.git", "main");
  ASSERT_FALSE(imported.ok());
  EXPECT_EQ(imported.error().code, Code::kDeadlineExceeded);
}

TEST_F(GitImport, EndsAtOnceWhenItIsStopped) {
  std::stop_source stop;
  const auto begun = std::chrono::steady_clock::now();
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(Millis(300));
    stop.request_stop();
  });
  const auto url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/hangs/lib.git";
  const auto imported = git_->Import(kRepo, "main", url, "main", stop.get_token());
  ASSERT_FALSE(imported.ok());
  EXPECT_EQ(imported.error().code, Code::kCancelled) << ToString(imported.error());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, Millis(1'500));
  EXPECT_TRUE(NoHelperRefs());
}

TEST_F(GitImport, RefusesWhatIsTooLarge) {
  std::mt19937 random(1);
  std::string content(600'000, '\0');
  for (auto& c : content) c = static_cast<char>(random());
  std::ofstream(work_ + "/large") << content;
  Git({"add", "-A"});
  Git({"commit", "-q", "-m", "large"});
  const auto imported = Import("/lib.git", "main");
  ASSERT_FALSE(imported.ok());
  EXPECT_EQ(imported.error().code, Code::kResourceExhausted) << ToString(imported.error());
  EXPECT_TRUE(NoHelperRefs());
}

TEST_F(GitImport, RefusesUrlsThatAreNoServers) {
  for (const auto* url :
       {"ext::sh -c x", "file:///etc", "/etc", "--upload-pack=x", "http://user:secret@host/x.git"}) {
    const auto imported = git_->Import(kRepo, "main", url, "main");
    ASSERT_FALSE(imported.ok()) << url;
    EXPECT_EQ(imported.error().code, Code::kInvalidArgument);
    EXPECT_THAT(ToString(imported.error()), testing::Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace edm::master
