#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "common/adapters/process/boost_process_runner.h"
#include "common/base/unique_fd.h"
#include "worker/adapters/source/git_source_store.h"

namespace edm::worker {
namespace {

namespace fs = std::filesystem;

// Accepts into its backlog, and never answers.
class SilentServer {
 public:
  SilentServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_.get(), 8), 0);
    EXPECT_EQ(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  std::uint16_t port() const { return port_; }

 private:
  const UniqueFd fd_;
  std::uint16_t port_ = 0;
};

class Source : public ::testing::Test {
 protected:
  Source() : folder_(fs::temp_directory_path() / ("edm-worker-source-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    Git({"init", "-q", "-b", "main", Repo().string()});
  }
  ~Source() override { fs::remove_all(folder_); }

  fs::path Repo(const std::string& name = "repo") const { return folder_ / name; }

  std::string Git(std::vector<std::string> argv, std::string input = "") {
    argv.insert(argv.begin(), "git");
    std::string out;
    const auto end = processes_.Run({.argv = argv,
                                     .environment = {{"HOME", folder_.string()},
                                                     {"PATH", "/usr/bin:/bin"},
                                                     {"GIT_AUTHOR_NAME", "a"},
                                                     {"GIT_AUTHOR_EMAIL", "a@b"},
                                                     {"GIT_COMMITTER_NAME", "a"},
                                                     {"GIT_COMMITTER_EMAIL", "a@b"}},
                                     .input = std::move(input)},
                                    [&](OutputStream, std::string_view line) { out = line; }, {});
    EXPECT_TRUE(end.ok() && end->succeeded()) << argv[1] << " " << out;
    return out;
  }
  void Write(const std::string& path, const std::string& text, const std::string& repo = "repo") {
    fs::create_directories((Repo(repo) / path).parent_path());
    std::ofstream(Repo(repo) / path) << text;
  }
  std::string Commit(const std::string& repo = "repo") {
    Git({"-C", Repo(repo).string(), "add", "-A"});
    Git({"-C", Repo(repo).string(), "commit", "-q", "--allow-empty", "-m", "x"});
    return Git({"-C", Repo(repo).string(), "rev-parse", "HEAD"});
  }
  std::string Checkout() const { return (folder_ / "r1" / "checkout").string(); }
  std::string Read(const std::string& path) const {
    std::ifstream file(fs::path(Checkout()) / path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // What no packing makes smaller.
  static std::string Large(unsigned seed) {
    std::mt19937 random(seed);
    std::string text(kLarge, '\0');
    for (auto& byte : text) byte = static_cast<char>(random());
    return text;
  }
  // libgit2 takes plain paths, which a master never gives.
  CheckoutRequest Request(const std::string& commit) const {
    return {.layers = {{"instances/shop", {.url = Repo().string(), .commit = commit}}},
            .directory = Checkout()};
  }

  static constexpr std::size_t kLarge = 1'000'000;

  const fs::path folder_;
  BoostProcessRunner processes_;
  GitSourceStore store_{processes_, {.fetch_program = EDM_FETCH_PROGRAM, .mirrors = folder_ / "mirrors"}};
};

TEST_F(Source, ACommitBecomesAFolder) {
  Write("compose.yaml", "services: {}");
  Write("bin/run", "#!/bin/true");
  fs::permissions(Repo() / "bin/run", fs::perms::owner_exec, fs::perm_options::add);
  fs::create_symlink("compose.yaml", Repo() / "link");
  const auto commit = Commit();
  const auto status = store_.Checkout(Request(commit), {});
  ASSERT_TRUE(status.ok()) << ToString(status.error());
  EXPECT_EQ(Read("compose.yaml"), "services: {}");
  EXPECT_EQ(Read("link"), "services: {}");
  EXPECT_TRUE(fs::is_symlink(fs::path(Checkout()) / "link"));
  EXPECT_NE(fs::status(fs::path(Checkout()) / "bin/run").permissions() & fs::perms::owner_exec,
            fs::perms::none);
  EXPECT_FALSE(fs::exists(fs::path(Checkout()) / ".git"));
}

TEST_F(Source, ANewerCommitIsFetchedAndAKnownOneNeedsNoServer) {
  Write("a", "1");
  const auto first = Commit();
  ASSERT_TRUE(store_.Checkout(Request(first), {}).ok());
  Write("a", "2");
  const auto second = Commit();
  ASSERT_TRUE(store_.Checkout(Request(second), {}).ok());
  EXPECT_EQ(Read("a"), "2");
  fs::rename(Repo(), Repo("away"));
  ASSERT_TRUE(store_.Checkout(Request(first), {}).ok());
  EXPECT_EQ(Read("a"), "1");
}

TEST_F(Source, OfARepoThatIsSmallAllIsThereAtOnce) {
  Write("a", "1");
  const auto first = Commit();
  Write("a", "2");
  ASSERT_TRUE(store_.Checkout(Request(Commit()), {}).ok());
  fs::rename(Repo(), Repo("away"));
  ASSERT_TRUE(store_.Checkout(Request(first), {}).ok());
  EXPECT_EQ(Read("a"), "1");
}

TEST_F(Source, OfARepoThatChangesOftenOnlyWhatItIsNowIsFetched) {
  std::string text;
  std::string commit;
  for (int i = 0; i < 10; ++i) {
    text = Large(i);
    Write("large", text);
    commit = Commit();
  }
  ASSERT_TRUE(store_.Checkout(Request(commit), {}).ok());
  EXPECT_EQ(Read("large"), text);
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "mirrors"))
    bytes += entry.is_regular_file() ? entry.file_size() : 0;
  EXPECT_LT(bytes, 2 * kLarge);
}

TEST_F(Source, WhatDoesNotComeWithoutItsHistoryIsFetchedIntoAMirrorWithOne) {
  Write("large", Large(1));
  Commit();
  Write("large", Large(2));
  Write("a", "1");
  const auto commit = Commit();
  const auto is_without_history = [&] {
    return std::ranges::any_of(fs::recursive_directory_iterator(folder_ / "mirrors"),
                               [](const auto& entry) { return entry.path().filename() == "shallow"; });
  };
  Write("a", "2");
  const auto newest = Commit();
  ASSERT_TRUE(store_.Checkout(Request(newest), {}).ok());
  EXPECT_TRUE(is_without_history());
  EXPECT_EQ(store_.Checkout(Request(std::string(40, 'b')), {}).error().code, Code::kNotFound);
  EXPECT_FALSE(is_without_history());
  ASSERT_TRUE(store_.Checkout(Request(commit), {}).ok());
  EXPECT_EQ(Read("a"), "1");
}

TEST_F(Source, ATemplateLiesUnderTheSource) {
  Git({"init", "-q", "-b", "main", Repo("template").string()});
  Write("compose.yaml", "template", "template");
  Write("db/init.sql", "create", "template");
  const auto under = Commit("template");
  Write("compose.yaml", "own");
  Write("Server/app.js", "x");
  auto request = Request(Commit());
  request.layers.insert(request.layers.begin(),
                        {"templates/node", {.url = Repo("template").string(), .commit = under}});
  ASSERT_TRUE(store_.Checkout(request, {}).ok());
  EXPECT_EQ(Read("compose.yaml"), "own");
  EXPECT_EQ(Read("db/init.sql"), "create");
  EXPECT_EQ(Read("Server/app.js"), "x");
}

TEST_F(Source, LinksThatLeaveTheTreeAreRefusedAndLeaveNothing) {
  const std::pair<const char*, const char*> links[] = {
      {"up", "../../etc"}, {"abs", "/etc/passwd"}, {"s/d", ".."}};
  for (const auto& [name, target] : links) {
    fs::remove(Repo() / name);
    fs::create_directories((Repo() / name).parent_path());
    fs::create_symlink(target, Repo() / name);
    // A link that is harmless by itself, and leaves through another one.
    if (std::string_view(name) == "s/d") fs::create_symlink("s/d/../..", Repo() / "y");
    const auto status = store_.Checkout(Request(Commit()), {});
    ASSERT_FALSE(status.ok()) << name;
    EXPECT_EQ(status.error().code, Code::kInvalidArgument) << ToString(status.error());
    EXPECT_FALSE(fs::exists(Checkout()));
    EXPECT_FALSE(fs::exists(Checkout() + ".part"));
    fs::remove(Repo() / name);
  }
}

// Twenty trees, each with ten names for the one before: a pack of two kilobytes.
TEST_F(Source, TreesThatNameEachOtherManyTimesAreRefusedBeforeAFileIsWritten) {
  const auto repo = Repo().string();
  for (const int names : {10, 1}) {
    auto below = "100644 blob " + Git({"-C", repo, "hash-object", "-w", "--stdin"}, "x") + "\t";
    for (int depth = 0; depth < (names == 1 ? 300 : 20); ++depth) {
      std::string lines;
      for (int i = 0; i < names; ++i) lines += below + "n" + std::to_string(i) + "\n";
      below = "040000 tree " + Git({"-C", repo, "mktree"}, lines) + "\t";
    }
    const auto tree = below.substr(12, 40);
    const auto commit = Git({"-C", repo, "commit-tree", tree, "-m", "bomb"});
    Git({"-C", repo, "update-ref", "refs/heads/main", commit});
    const auto taken = store_.Checkout(Request(commit), {});
    ASSERT_FALSE(taken.ok());
    EXPECT_EQ(taken.error().code, Code::kResourceExhausted) << ToString(taken.error());
    EXPECT_FALSE(fs::exists(Checkout()));
  }
}

TEST_F(Source, AMissingCommitAndAMissingRepoAreTold) {
  Commit();
  EXPECT_EQ(store_.Checkout(Request(std::string(40, 'b')), {}).error().code, Code::kNotFound);
  auto request = Request(std::string(40, 'b'));
  request.layers[0].access.url = (folder_ / "none").string();
  EXPECT_EQ(store_.Checkout(request, {}).error().code, Code::kUnavailable);
}

TEST_F(Source, AServerThatHangsIsLeftAtTheDeadlineAndWhenCancelled) {
  auto request = Request(std::string(40, 'c'));
  const SilentServer server;
  request.layers[0].access.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/shop.git";
  request.deadline = Millis(300);
  EXPECT_EQ(store_.Checkout(request, {}).error().code, Code::kDeadlineExceeded);
  request.deadline = Millis(60'000);
  std::stop_source stop;
  const std::jthread later([&] {
    std::this_thread::sleep_for(Millis(200));
    stop.request_stop();
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(store_.Checkout(request, stop.get_token()).error().code, Code::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, Seconds(1));
}

TEST_F(Source, WhatAKilledFetchLeftIsRemovedAndHoldsNobodyUp) {
  Write("a", "1");
  ASSERT_TRUE(store_.Checkout(Request(Commit()), {}).ok());
  const auto mirror = folder_ / "mirrors/instances/shop.git";
  const auto lock = mirror / "refs/heads/main.lock";
  const auto pack = mirror / "objects/pack/pack_git2_0123456789abcdef";
  std::ofstream(lock) << "half";
  std::ofstream(pack) << "half";
  store_.RemoveLeftovers();
  EXPECT_FALSE(fs::exists(lock));
  EXPECT_FALSE(fs::exists(pack));
  Write("a", "2");
  ASSERT_TRUE(store_.Checkout(Request(Commit()), {}).ok());
  EXPECT_EQ(Read("a"), "2");
}

TEST_F(Source, AHalfMadeMirrorIsMadeAgain) {
  Write("a", "1");
  const auto commit = Commit();
  fs::create_directories(folder_ / "mirrors/instances/shop.git/objects");
  ASSERT_TRUE(store_.Checkout(Request(commit), {}).ok());
  ASSERT_TRUE(store_.DropMirror("instances/shop").ok());
  EXPECT_FALSE(fs::exists(folder_ / "mirrors/instances/shop.git"));
  ASSERT_TRUE(store_.DropMirror("instances/shop").ok());
}

}  // namespace
}  // namespace edm::worker
