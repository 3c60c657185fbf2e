#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>

#include "common/adapters/process/boost_process_runner.h"
#include "common/base/text.h"
#include "master/ports/git_server.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::master {

// One git server, and where its bare repos can be looked at with a stock git.
class GitServerUnderTest {
 public:
  virtual ~GitServerUnderTest() = default;
  virtual GitServer& server() = 0;
  virtual std::string BarePath(const RepoName& repo) = 0;
};

struct GitServerCase {
  std::string name;
  std::function<std::unique_ptr<GitServerUnderTest>(const std::string& folder)> make;
};

inline void PrintTo(const GitServerCase& tested, std::ostream* out) { *out << tested.name; }

class GitServerContract : public testing::TestWithParam<GitServerCase> {
 protected:
  void SetUp() override {
    tested_ = GetParam().make(folder_.path());
    const auto owner = server().EnsureOwner(kRepo.owner);
    ASSERT_TRUE(owner.ok()) << ToString(owner.error());
    const auto made = server().EnsureRepo(kRepo, "main");
    ASSERT_TRUE(made.ok()) << ToString(made.error());
  }

  GitServer& server() { return tested_->server(); }

  void Write(const std::string& path, const std::string& content) {
    const auto file = std::filesystem::path(source_) / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }

  std::string Push(const std::string& branch = "main") {
    const auto pushed = server().Push(kRepo, branch, source_, kInfo);
    EXPECT_TRUE(pushed.ok()) << ToString(pushed.error());
    return pushed.ok() ? pushed->commit : "";
  }

  // Of a stock git in the bare repo.
  std::string Git(std::vector<std::string> words, const RepoName& repo = kRepo) {
    ProcessSpec spec;
    spec.argv = {"git", "--git-dir=" + tested_->BarePath(repo)};
    spec.argv.insert(spec.argv.end(), words.begin(), words.end());
    spec.environment = {{"GIT_CONFIG_NOSYSTEM", "1"},
                        {"HOME", folder_.path()},
                        {"PATH", "/usr/bin:/bin"},
                        {"GIT_COMMITTER_NAME", "t"},
                        {"GIT_COMMITTER_EMAIL", "t@t"}};
    std::string out;
    const auto end =
        runner_.Run(spec, [&](OutputStream, std::string_view line) { out.append(line).append("\n"); }, {});
    return end.ok() ? std::string(Trim(out)) : ToString(end.error());
  }

  inline static const RepoName kRepo{"Ann", "shop"};
  inline static const CommitInfo kInfo{"ann-laptop", "first try", std::string(64, 'a'),
                                       WallTime(Seconds(1'795'000'000))};
  TemporaryFolder folder_;
  const std::string source_ = folder_.path() + "/source";
  BoostProcessRunner runner_;
  std::unique_ptr<GitServerUnderTest> tested_;
};

TEST_P(GitServerContract, MakesACommitOfAFolder) {
  Write("compose.yaml", "services: {}\n");
  Write("bin/run", "#!/bin/busybox sh\n");
  std::filesystem::permissions(source_ + "/bin/run", std::filesystem::perms::owner_all);
  std::filesystem::create_symlink("../compose.yaml", source_ + "/bin/link");
  const auto commit = Push();
  EXPECT_EQ(commit.size(), 40U);
  const auto tree = Git({"ls-tree", "-r", commit});
  EXPECT_THAT(tree, testing::ContainsRegex("120000 blob [0-9a-f]+\tbin/link"));
  EXPECT_EQ(Git({"cat-file", "-p", commit + ":bin/link"}), "../compose.yaml");
  EXPECT_THAT(tree, testing::ContainsRegex("100755 blob [0-9a-f]+\tbin/run"));
  EXPECT_EQ(Git({"cat-file", "-p", commit + ":compose.yaml"}), "services: {}");
  EXPECT_EQ(Git({"log", "-1", "--format=%an|%s|%at", commit}), "ann-laptop|first try|1795000000");
  EXPECT_THAT(Git({"log", "-1", "--format=%(trailers)", commit}),
              testing::HasSubstr("Upload-Digest: sha256:aaaa"));
  EXPECT_EQ(Git({"fsck", "--strict"}), "");
  EXPECT_EQ(Git({"rev-parse", "HEAD"}), commit);
}

TEST_P(GitServerContract, MakesNoCommitForTheSameFiles) {
  Write("a", "1");
  const auto first = Push();
  const auto again = server().Push(kRepo, "main", source_, {"bob", "other words", "", WallTime(Seconds(1))});
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->unchanged);
  EXPECT_EQ(again->commit, first);
}

TEST_P(GitServerContract, PutsOneCommitOnTopOfTheOther) {
  Write("a", "1");
  const auto first = Push();
  Write("b/c", "2");
  const auto second = Push();
  EXPECT_NE(first, second);
  EXPECT_EQ(Git({"rev-parse", second + "^"}), first);
  EXPECT_EQ(Git({"fsck", "--strict"}), "");
}

TEST_P(GitServerContract, StoresFilesOfManySizes) {
  for (const auto size : {0, 1, 15, 16, 2047, 2048, 65'535, 65'536, 3'000'000}) {
    std::string content(static_cast<std::size_t>(size), 'x');
    for (std::size_t i = 0; i < content.size(); i += 7) content[i] = static_cast<char>(i * 31 % 251);
    Write("f" + std::to_string(size), content);
  }
  const auto commit = Push();
  EXPECT_EQ(Git({"fsck", "--strict"}), "");
  EXPECT_EQ(Git({"cat-file", "-s", commit + ":f3000000"}), "3000000");
}

TEST_P(GitServerContract, RefusesALinkThatLeavesTheFolder) {
  Write("a", "1");
  std::filesystem::create_symlink("../secret", source_ + "/out");
  const auto pushed = server().Push(kRepo, "main", source_, kInfo);
  ASSERT_FALSE(pushed.ok());
  EXPECT_EQ(pushed.error().code, Code::kInvalidArgument);
  EXPECT_EQ(pushed.error().object, "file 'out'");
  EXPECT_EQ(server().Resolve(kRepo, "main").error().code, Code::kNotFound);
}

TEST_P(GitServerContract, RefusesAFolderWithoutFiles) {
  std::filesystem::create_directories(source_ + "/only/folders");
  const auto pushed = server().Push(kRepo, "main", source_, kInfo);
  ASSERT_FALSE(pushed.ok());
  EXPECT_EQ(pushed.error().code, Code::kInvalidArgument);
}

TEST_P(GitServerContract, ResolvesBranchesTagsAndCommits) {
  Write("a", "1");
  const auto commit = Push();
  Git({"tag", "-m", "one", "v1", commit});
  for (const auto& ref : {std::string(), std::string("main"), std::string("refs/heads/main"),
                          std::string("v1"), commit, commit.substr(0, 7)}) {
    const auto resolved = server().Resolve(kRepo, ref);
    ASSERT_TRUE(resolved.ok()) << ref << ": " << ToString(resolved.error());
    EXPECT_EQ(*resolved, commit);
  }
}

TEST_P(GitServerContract, ReadsAFileOfACommit) {
  Write("edm.yaml", "template: old");
  Write("web/index.html", "hello");
  const auto first = Push();
  Write("edm.yaml", "template: new");
  const auto second = Push();
  const auto read = [&](const std::string& commit, const std::string& path, std::size_t bytes_max = 100) {
    const auto text = server().ReadFile(kRepo, commit, path, bytes_max);
    EXPECT_TRUE(text.ok()) << ToString(text.error());
    return text.ok() && *text ? **text : "none";
  };
  EXPECT_EQ(read(first, "edm.yaml"), "template: old");
  EXPECT_EQ(read(second, "edm.yaml"), "template: new");
  EXPECT_EQ(read(second, "web/index.html"), "hello");
  for (const auto* none : {"other.yaml", "web", "web/none", "edm.yaml/x", "../edm.yaml"})
    EXPECT_EQ(read(second, none), "none") << none;
  EXPECT_EQ(read(second, "edm.yaml", 5), "none") << "too large";
  EXPECT_EQ(server().ReadFile(kRepo, std::string(40, 'a'), "edm.yaml", 9).error().code, Code::kNotFound);
}

TEST_P(GitServerContract, SaysWhichBranchesThereAre) {
  Write("a", "1");
  Push();
  const auto resolved = server().Resolve(kRepo, "man");
  ASSERT_FALSE(resolved.ok());
  EXPECT_EQ(resolved.error().code, Code::kNotFound);
  EXPECT_THAT(resolved.error().hint, testing::HasSubstr("main"));
}

TEST_P(GitServerContract, KnowsNoRefOfAnEmptyRepo) {
  const auto resolved = server().Resolve(kRepo, "");
  ASSERT_FALSE(resolved.ok());
  EXPECT_EQ(resolved.error().code, Code::kNotFound);
  EXPECT_THAT(resolved.error().cause, testing::HasSubstr("empty"));
}

TEST_P(GitServerContract, MovesABranchOnlyFromWhereItIs) {
  Write("a", "1");
  const auto first = Push();
  Write("a", "2");
  const auto second = Push("work");
  ASSERT_NE(first, second);
  const auto moved = server().MoveBranch(kRepo, "main", first, second);
  ASSERT_TRUE(moved.ok()) << ToString(moved.error());
  EXPECT_EQ(*server().Resolve(kRepo, "main"), second);
  EXPECT_TRUE(server().MoveBranch(kRepo, "main", first, second).ok()) << "it is there already";
  const auto late = server().MoveBranch(kRepo, "main", std::string(40, '0'), first);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, Code::kAborted);
  EXPECT_EQ(*server().Resolve(kRepo, "main"), second);
}

TEST_P(GitServerContract, KeepsTheCommitsOfReleasesAndNoOthers) {
  Write("a", "1");
  const auto first = Push();
  Write("a", "2");
  const auto second = Push();
  for (int i = 0; i < 2; ++i) {
    const auto kept = server().KeepCommits(kRepo, {{3, first}, {4, first}});
    ASSERT_TRUE(kept.ok()) << ToString(kept.error());
    EXPECT_EQ(Git({"rev-parse", "refs/edm/releases/3", "refs/edm/releases/4"}), first + "\n" + first);
  }
  ASSERT_TRUE(server().KeepCommits(kRepo, {{4, second}}).ok());
  EXPECT_EQ(Git({"for-each-ref", "--format=%(refname) %(objectname)", "refs/edm"}),
            "refs/edm/releases/4 " + second);
  ASSERT_TRUE(server().KeepCommits(kRepo, {}).ok());
  EXPECT_EQ(Git({"for-each-ref", "refs/edm"}), "");
  EXPECT_EQ(server().KeepCommits(kRepo, {{5, std::string(40, 'a')}}).error().code, Code::kNotFound);
  EXPECT_EQ(server().KeepCommits({"Ann", "nobody"}, {}).error().code, Code::kNotFound);
}

TEST_P(GitServerContract, FindsAnUploadByItsDigestAtTheHeadOfItsBranch) {
  EXPECT_EQ(server().FindUpload(kRepo, "main", kInfo.digest).error().code, Code::kNotFound)
      << "no branch yet";
  Write("a", "1");
  const auto commit = Push();
  EXPECT_EQ(*server().FindUpload(kRepo, "main", kInfo.digest), commit);
  EXPECT_EQ(server().FindUpload(kRepo, "main", std::string(64, 'e')).error().code, Code::kNotFound);
  Write("a", "2");
  ASSERT_TRUE(server().Push(kRepo, "main", source_, {"bob", "by hand", "", kInfo.time}).ok());
  EXPECT_EQ(server().FindUpload(kRepo, "main", kInfo.digest).error().code, Code::kNotFound)
      << "no longer the newest";
}

TEST_P(GitServerContract, EnsuresAndDeletesAsOftenAsAsked) {
  Write("a", "1");
  const auto commit = Push();
  ASSERT_TRUE(server().EnsureRepo(kRepo, "main").ok());
  EXPECT_EQ(*server().Resolve(kRepo, ""), commit);
  EXPECT_EQ(server().ListRepos()->size(), 1U);
  ASSERT_TRUE(server().DeleteRepo(kRepo).ok());
  ASSERT_TRUE(server().DeleteRepo(kRepo).ok());
  EXPECT_EQ(server().Resolve(kRepo, "main").error().code, Code::kNotFound);
  EXPECT_TRUE(server().ListRepos()->empty());
  EXPECT_FALSE(std::filesystem::exists(tested_->BarePath(kRepo)));
  ASSERT_TRUE(server().EnsureRepo(kRepo, "main").ok());
  EXPECT_EQ(server().Resolve(kRepo, "main").error().code, Code::kNotFound) << "the old commits are gone";
}

TEST_P(GitServerContract, ComparesOwnersWithoutRegardToCase) {
  Write("a", "1");
  const auto commit = Push();
  EXPECT_EQ(*server().Resolve({"aNN", "shop"}, "main"), commit);
}

TEST_P(GitServerContract, RefusesNamesThatLeadElsewhere) {
  for (const auto& repo : std::vector<RepoName>{{"..", "shop"},
                                                {"Ann", "../shop"},
                                                {"Ann", "-x"},
                                                {"a/b", "shop"},
                                                {"", "shop"},
                                                {"Ann", ""},
                                                {"Ann", "Shop"},
                                                {".read-key", "x"}}) {
    const auto made = server().EnsureRepo(repo, "main");
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().code, Code::kInvalidArgument);
    EXPECT_EQ(server().DeleteRepo(repo).error().code, Code::kInvalidArgument);
    EXPECT_FALSE(server().Resolve(repo, "main").ok());
  }
  EXPECT_EQ(server().EnsureRepo(kRepo, "../x").error().code, Code::kInvalidArgument);
  EXPECT_EQ(server().EnsureRepo(kRepo, "--exec=x").error().code, Code::kInvalidArgument);
}

TEST_P(GitServerContract, GrantsReadingOfOneCommit) {
  Write("a", "1");
  const auto commit = Push();
  const auto access = server().GrantRead(kRepo, commit, WallTime(Seconds(1'795'000'100)));
  ASSERT_TRUE(access.ok()) << ToString(access.error());
  EXPECT_EQ(access->commit, commit);
  EXPECT_FALSE(access->password.empty());
  EXPECT_THAT(access->url, testing::EndsWith("/shop.git"));
  EXPECT_THAT(access->url, testing::Not(testing::HasSubstr(access->password)));
}

}  // namespace edm::master
