#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/core/compose/judge_folder.h"
#include "tests/fakes/memory_file_tree.h"

namespace edm::compose {
namespace {

using ::testing::HasSubstr;

// Gives the main document back as compose would for one that needs no merging, and keeps what it was asked.
class EchoResolver final : public ConfigResolver {
 public:
  Result<ResolvedConfig> Resolve(const ConfigRequest& request) override {
    asked = request;
    return ResolvedConfig{answer.empty() ? request.files.at(request.main_file) : answer, "/scratch"};
  }
  ConfigRequest asked;
  std::string answer;
};

const JudgeInput kInput{.instance = "i7", .owner = "User1", .project = "Shop"};

TEST(Folder, PrefersComposeFilesInTheirOrder) {
  MemoryFileTree tree(
      {{"Dockerfile", "FROM scratch\n"}, {"docker-compose.yml", "services: {a: {image: 'x:1'}}"}});
  EchoResolver resolver;
  EXPECT_EQ(JudgeFolder(tree, resolver, kInput)->source, "docker-compose.yml");
  tree.Write("compose.yaml", "services: {b: {image: 'x:1'}}");
  EXPECT_EQ(JudgeFolder(tree, resolver, kInput)->source, "compose.yaml");
  tree.Write("deploy/c.yaml", "services: {c: {image: 'x:1'}}");
  tree.Write("edm.yaml", "compose: deploy/c.yaml");
  EXPECT_EQ(JudgeFolder(tree, resolver, kInput)->source, "deploy/c.yaml");
}

TEST(Folder, ShowsTheSmallestFileWhenThereIsNone) {
  MemoryFileTree tree({{"index.html", ""}});
  EchoResolver resolver;
  const auto judged = JudgeFolder(tree, resolver, kInput);
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().code, Code::kInvalidArgument);
  EXPECT_THAT(judged.error().cause, HasSubstr("docker-compose.yml or Dockerfile"));
  EXPECT_THAT(judged.error().evidence, ::testing::Contains("      image: nginx:1.27"));
}

TEST(Folder, NothingRefusedReachesTheResolver) {
  MemoryFileTree tree(
      {{"compose.yaml", "services: {a: {image: 'x:1', privileged: true}, b: {image: 'x:1', pid: host}}"}});
  EchoResolver resolver;
  const auto judged = JudgeFolder(tree, resolver, kInput);
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().evidence.size(), 1U);
  EXPECT_TRUE(resolver.asked.files.empty());
}

TEST(Folder, JudgesWhatTheResolverMadeOfIt) {
  MemoryFileTree tree({{"compose.yaml", "services:\n  a:\n    image: x:1\n"}});
  EchoResolver resolver;
  resolver.answer =
      R"({"services": {"a": {"image": "x:1", "volumes": [{"type": "bind", "source": "/scratchy", "target": "/x"}]}}})";
  const auto judged = JudgeFolder(tree, resolver, kInput);
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().object, "compose.yaml:3:5 services.a.volumes[0].source");
}

TEST(Folder, RefusesAHostPortThatTwoServicesName) {
  const auto judge = [](const std::string& ports_of_b) {
    MemoryFileTree tree(
        {{"compose.yaml",
          "services:\n  a: {image: 'x:1', ports: ['8080:80', '8080:80']}\n  b:\n    image: x:1\n" +
              ports_of_b}});
    EchoResolver resolver;
    resolver.answer =
        R"({"services": {"a": {"image": "x:1", "ports": ["8080:80", "8080:80"]}, "b": {"image": "x:1", )" +
        std::string(ports_of_b.empty() ? R"("ports": ["8081:90"]}}})" : R"("ports": ["90", "8080:90"]}}})");
    return JudgeFolder(tree, resolver, kInput);
  };
  EXPECT_TRUE(judge("").ok()) << "one entry written twice";
  const auto refused = judge("    ports:\n      - 90\n      - 8080:90\n");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  EXPECT_EQ(refused.error().object, "compose.yaml:7:9 services.b.ports[1]");
  EXPECT_EQ(refused.error().cause, "the host port 8080 is named for a:80 as well");
  EXPECT_THAT(refused.error().hint, HasSubstr("\"90\""));
}

TEST(Folder, VariablesComeFromTheCallerThenUsThenDotenv) {
  MemoryFileTree tree(
      {{"compose.yaml",
        "services: {a: {image: '${IMAGE}', environment: {B: '$B', O: '$UNAME', M: '$MISSING'}}}"},
       {".env", "IMAGE=dotenv:1\nB=dotenv\nCOMPOSE_FILE=/etc/x\n"}});
  EchoResolver resolver;
  auto input = kInput;
  input.environment = {{"B", "a$$b"}};
  const auto judged = JudgeFolder(tree, resolver, input);
  ASSERT_TRUE(judged.ok()) << ToString(judged.error());
  EXPECT_EQ(judged->blueprint.services[0].image, "dotenv:1");
  EXPECT_THAT(judged->effective_json, HasSubstr("\"B\": \"a$$b\""));
  EXPECT_THAT(judged->effective_json, HasSubstr("\"O\": \"User1\""));
  ASSERT_EQ(judged->warnings.size(), 2U);
  EXPECT_THAT(judged->warnings[0].error.cause, HasSubstr("COMPOSE_FILE"));
  EXPECT_THAT(judged->warnings[1].error.object, HasSubstr("compose.yaml:1:"));
}

TEST(Folder, RefusesADotenvThatIsALink) {
  MemoryFileTree tree({{"compose.yaml", "services: {a: {image: 'x:1'}}"}, {"real.env", "A=1"}});
  tree.Link(".env", "real.env");
  EchoResolver resolver;
  const auto judged = JudgeFolder(tree, resolver, kInput);
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().object, ".env");
}

TEST(Folder, RefusesABindThatAVariableMovedOut) {
  MemoryFileTree tree({{"compose.yaml", "services: {a: {image: 'x:1', volumes: ['${WHERE:-/}:/x']}}"}});
  EchoResolver resolver;
  EXPECT_FALSE(JudgeFolder(tree, resolver, kInput).ok());
}

TEST(Folder, EndsIncludesThatGoInCircles) {
  MemoryFileTree tree({{"compose.yaml", "include: [a.yaml]\nservices: {a: {image: 'x:1'}}"},
                       {"a.yaml", "include: [compose.yaml]"}});
  for (int i = 0; i < 30; ++i) {
    tree.Write("n" + std::to_string(i) + ".yaml", "include: [n" + std::to_string(i + 1) + ".yaml]");
  }
  EchoResolver resolver;
  (void)JudgeFolder(tree, resolver, kInput);
  EXPECT_EQ(resolver.asked.files.size(), 2U);
  tree.Write("compose.yaml", "include: [n0.yaml]");
  const auto judged = JudgeFolder(tree, resolver, kInput);
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().code, Code::kResourceExhausted);
}

TEST(Folder, VariablesAndEnvFilesCannotMakeItGrowForEver) {
  const std::string large(200'000, 'x');
  std::string uses;
  std::string files;
  for (int i = 0; i < 300; ++i) {
    uses += "      V" + std::to_string(i) + ": ${X}\n";
    files += "a.env,";
  }
  MemoryFileTree tree({{"compose.yaml", "services:\n  a:\n    image: x:1\n    environment:\n" + uses},
                       {".env", "X=" + large},
                       {"a.env", "A=1"}});
  EchoResolver resolver;
  EXPECT_EQ(JudgeFolder(tree, resolver, kInput).error().code, Code::kResourceExhausted);
  tree.Write("compose.yaml", "services: {a: {image: 'x:1', env_file: [" + files + "]}}");
  EXPECT_EQ(JudgeFolder(tree, resolver, kInput).error().code, Code::kResourceExhausted);
  tree.Write("compose.yaml", "services: {a: {image: 'x:1'}}");
  tree.Write(".env", "A=" + large + "\nB=$A$A\nC=$B$B\nD=$C$C\n");
  EXPECT_FALSE(JudgeFolder(tree, resolver, kInput).ok());
}

TEST(Folder, SaysWhichServicesDoNotStart) {
  MemoryFileTree tree({{"compose.yaml", "services: {a: {image: 'x:1'}, b: {image: 'x:1', profiles: [p]}}"}});
  EchoResolver resolver;
  const auto judged = JudgeFolder(tree, resolver, kInput);
  ASSERT_TRUE(judged.ok()) << ToString(judged.error());
  ASSERT_EQ(judged->warnings.size(), 1U);
  EXPECT_EQ(judged->warnings[0].path, "services.b");
}

}  // namespace
}  // namespace edm::compose
