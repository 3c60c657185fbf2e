#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/fakes/temporary_folder.h"
#include "worker/adapters/docker/build/context_files.h"
#include "worker/adapters/docker/build/ignore_rules.h"

namespace edm::worker {
namespace {

struct Case {
  std::string rules;
  std::string path;
  bool ignored;
};

TEST(DockerIgnore, FollowsDockersDocumentedRules) {
  const std::vector<Case> cases{
      {"", "a", false},
      {"# comment\n\n", "# comment", false},
      {" a \n", "a", true},
      {"a\r\n", "a", true},
      {"*/temp*", "somedir/temporary.txt", true},
      {"*/temp*", "somedir/temp", true},
      {"*/temp*", "temp", false},
      {"*/*/temp*", "somedir/subdir/temporary.txt", true},
      {"*/*/temp*", "somedir/temporary.txt", false},
      {"temp?", "tempa", true},
      {"temp?", "temp", false},
      {"temp?", "temp/a", false},
      {"**/*.go", "a.go", true},
      {"**/*.go", "x/y/a.go", true},
      {"*.go", "x/a.go", false},
      {"node_modules", "node_modules/left/pad.js", true},
      {"node_modules", "app/node_modules/x", false},
      {"**/node_modules", "app/node_modules/x", true},
      {"/foo/bar", "foo/bar", true},
      {"foo/bar/", "foo/bar/x", true},
      {"./foo/../bar", "bar", true},
      {"*.md\n!README.md", "README.md", false},
      {"*.md\n!README.md", "OTHER.md", true},
      {"*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true},
      {"*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false},
      {"*\n!src", "src/a/b.c", false},
      {"*\n!src", "lib/a", true},
      {"*\n!src/a", "src/b", true},
      {"a/**/b", "a/b", true},
      {"a/**/b", "a/x/y/b", true},
      {"a/**", "a/x", true},
      {"a/**", "a", false},
      {"**", "anything/at/all", true},
      {"**/**/x", "a/x", true},
      {"[a-c].txt", "b.txt", true},
      {"[a-c].txt", "d.txt", false},
      {"[^a-c].txt", "d.txt", true},
      {"[^a-c].txt", "b.txt", false},
      {R"(\*.txt)", "*.txt", true},
      {R"(\*.txt)", "a.txt", false},
      {"a*b*c", "aXbYbZc", true},
      {"a*b*c", "aXbY", false},
      {".", "a", false},
      {"..", "a", false},
      {"\xEF\xBB\xBF*.log", "a.log", true},
  };
  for (const auto& [rules, path, ignored] : cases) {
    const auto parsed = IgnoreRules::Parse(rules);
    ASSERT_TRUE(parsed.ok()) << rules;
    EXPECT_EQ(parsed->Ignores(path), ignored) << "rules: " << rules << " path: " << path;
  }
}

TEST(DockerIgnore, RefusesWhatIsNoPatternWithItsLine) {
  const auto parsed = IgnoreRules::Parse("a\n[b\n");
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().object, ".dockerignore:2");
}

TEST(DockerIgnore, ManyStarsStayFast) {
  const auto parsed =
      IgnoreRules::Parse(std::string("a*a*a*a*a*a*a*a*a*a*a*a*b\n") + "**/**/**/**/**/**/x/**/y\n");
  std::string deep = "a";
  for (int i = 0; i < 40; ++i) deep += "/aaaaaaaaaaaaaaaaaaaaaaaa";
  EXPECT_FALSE(parsed->Ignores(std::string(200, 'a')));
  EXPECT_FALSE(parsed->Ignores(deep));
}

class BuildContext : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text = "x") {
    const auto path = std::filesystem::path(folder_.path()) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::vector<std::string> Files(const std::string& dockerfile = "Dockerfile") {
    auto files = ContextFiles({folder_.path(), dockerfile, ""});
    EXPECT_TRUE(files.ok());
    return files.ok() ? *files : std::vector<std::string>{};
  }
  TemporaryFolder folder_;
};

TEST_F(BuildContext, AlwaysHoldsDockerfileAndIgnoreFile) {
  Write("Dockerfile");
  Write("src/a.c");
  Write(".dockerignore", "*\n");
  EXPECT_EQ(Files(), (std::vector<std::string>{".dockerignore", "Dockerfile"}));
  Write("docker/Web.Dockerfile");
  EXPECT_EQ(Files("docker/Web.Dockerfile"),
            (std::vector<std::string>{".dockerignore", "docker/Web.Dockerfile"}));
}

TEST_F(BuildContext, TheDockerfilesOwnIgnoreFileComesFirst) {
  Write("Dockerfile");
  Write("a");
  Write("b");
  Write(".dockerignore", "a\n");
  Write("Dockerfile.dockerignore", "b\n");
  EXPECT_EQ(Files(),
            (std::vector<std::string>{".dockerignore", "Dockerfile", "Dockerfile.dockerignore", "a"}));
}

TEST_F(BuildContext, KeepsLinksAsLinksAndDoesNotWalkThroughThem) {
  Write("Dockerfile");
  std::filesystem::create_directory_symlink("/etc", folder_.path() + "/out");
  EXPECT_EQ(Files(), (std::vector<std::string>{"Dockerfile", "out"}));
}

}  // namespace
}  // namespace edm::worker
