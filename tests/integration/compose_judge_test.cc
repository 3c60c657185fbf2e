#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>

#include "common/adapters/compose/compose_config_resolver.h"
#include "common/adapters/compose/scratch_folder.h"
#include "common/adapters/files/directory_tree.h"
#include "common/adapters/process/boost_process_runner.h"
#include "common/core/compose/final_compose.h"
#include "common/core/compose/judge_folder.h"
#include "common/core/yaml/json.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::compose {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A folder on disk, judged through the real docker-compose.
class ComposeJudge : public ::testing::Test {
 protected:
  void Write(const std::string& path, const std::string& text) {
    const auto file = fs::path(folder_.path()) / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }

  Result<Judged> Judge(JudgeInput input = {.instance = "i7", .owner = "User1", .project = "Shop"}) {
    auto tree = DirectoryTree::Open(folder_.path());
    ComposeConfigResolver resolver(processes_);
    return JudgeFolder(**tree, resolver, input);
  }

  FinalInput InputFor(const Judged& judged) {
    FinalInput input{
        .instance = "i7", .release = 3, .directory = folder_.path(), .bind_address = "10.0.0.12"};
    std::uint16_t port = 30'000;
    for (const auto& service : judged.blueprint.services) {
      for (const auto& wanted : service.ports) {
        if (wanted.published) input.ports.push_back({service.name, wanted.port, wanted.protocol, port++});
      }
    }
    int subnet = 0;
    for (const auto& network : judged.blueprint.networks)
      input.subnets[network] = "10.99." + std::to_string(subnet++) + ".0/28";
    input.limits = {512U << 20, 256, 1.5};
    return input;
  }

  // What docker-compose makes of a document on its standard input.
  yaml::Node Reread(const std::string& json) {
    ProcessSpec spec;
    spec.argv = {"docker-compose", "-f",     "-",        "--project-directory",
                 folder_.path(),   "config", "--format", "json"};
    spec.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
    spec.input = json;
    std::string out;
    std::string err;
    const auto end = processes_.Run(spec,
                                    [&](OutputStream stream, std::string_view line) {
                                      (stream == OutputStream::kStdout ? out : err).append(line);
                                    },
                                    {});
    EXPECT_TRUE(end.ok() && end->succeeded()) << err << json;
    auto node = yaml::ReadJson(out, "reread");
    EXPECT_TRUE(node.ok()) << out;
    return node.ok() ? *node : yaml::Node();
  }

  TemporaryFolder folder_;
  BoostProcessRunner processes_;
};

constexpr std::string_view kRich = R"yaml(
version: "3.8"
x-common: &common
  restart: on-failure
  labels: {team: "a$$b"}
services:
  web:
    <<: *common
    build: {context: web, args: {A: "x$$y", B: 1}, target: last}
    ports: ["2000", "8080:80", "127.0.0.1:9000:90/udp", "3000-3001"]
    volumes: ["./data:/data", "vol:/v:ro", "/anon", {type: tmpfs, target: /t, tmpfs: {size: 1m}}]
    depends_on: {db: {condition: service_healthy}, migrate: {condition: service_completed_successfully}}
    mem_limit: 100m
    configs: [c]
    secrets: [{source: s, target: /x, mode: 0440}]
    stop_grace_period: 90s
    user: "1000:1000"
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE]
    networks: {front: {aliases: [w]}, default: {}}
    sysctls: {net.core.somaxconn: 100}
    ulimits: {nofile: {soft: 100, hard: 200}}
    extra_hosts: ["a:1.2.3.4"]
    init: true
    shm_size: 64m
    healthcheck: {test: ["CMD", "true"], interval: 3s, start_period: 1m}
  db:
    image: postgres:16
    deploy: {resources: {limits: {cpus: "0.5", memory: 50M}}, restart_policy: {condition: any}}
    healthcheck: {test: "echo $$HOME", interval: 3s}
    tmpfs: /tmp
    logging: {driver: json-file, options: {max-size: 1g}}
    environment: {SERVICE_NAME: "mongo.${IID}", URL: "http://${UNAME}/${PNAME}"}
  migrate:
    image: postgres:16
    command: ["sh", "-c", "echo $$0 'x'"]
  debug:
    image: busybox:1
    profiles: [debug]
volumes: {vol: {}}
networks: {front: {internal: true}}
configs: {c: {file: ./c.conf}}
secrets: {s: {file: ./s.txt}}
)yaml";

void WriteRich(const std::function<void(const std::string&, const std::string&)>& write) {
  write("compose.yaml", std::string(kRich));
  write("web/Dockerfile", "FROM scratch AS last\n");
  write("data/x", "");
  write("c.conf", "c");
  write("s.txt", "s");
}

yaml::Node WithoutNulls(const yaml::Node& node) {
  auto copy = node;
  std::erase_if(copy.entries(), [](const yaml::Entry& entry) { return entry.value.is_null(); });
  for (auto& entry : copy.entries()) entry.value = WithoutNulls(entry.value);
  for (auto& item : copy.items()) item = WithoutNulls(item);
  return copy;
}

TEST_F(ComposeJudge, MakesABlueprintOfARichFile) {
  WriteRich([this](const auto& path, const auto& text) { Write(path, text); });
  const auto judged = Judge();
  ASSERT_TRUE(judged.ok()) << ToString(judged.error()) << ::testing::PrintToString(judged.error().evidence);
  const auto* web = judged->blueprint.Find("web");
  ASSERT_TRUE(web && web->build);
  EXPECT_EQ(web->build->context, "web");
  EXPECT_EQ(web->build->args, (std::map<std::string, std::string>{{"A", "x$y"}, {"B", "1"}}));
  ASSERT_EQ(web->ports.size(), 5U);
  EXPECT_EQ(web->ports[1].host_port, 8080);
  EXPECT_TRUE(web->ports[2].loopback_only);
  EXPECT_TRUE(judged->blueprint.Find("migrate")->oneshot);
  EXPECT_EQ(judged->blueprint.Find("db")->catalog_name, "mongo");
  EXPECT_EQ(judged->blueprint.Find("db")->health->test,
            (std::vector<std::string>{"CMD-SHELL", "echo $HOME"}));
  EXPECT_EQ(judged->blueprint.Find("debug"), nullptr);
  EXPECT_EQ(judged->blueprint.networks, (std::vector<std::string>{"default", "front"}));
  EXPECT_EQ(web->stop_grace, Seconds(90));
}

TEST_F(ComposeJudge, PrintsAFinalDocumentThatComposeReadsUnchanged) {
  WriteRich([this](const auto& path, const auto& text) { Write(path, text); });
  const auto judged = Judge();
  ASSERT_TRUE(judged.ok()) << ToString(judged.error());
  const auto final = FinalCompose(judged->blueprint, judged->effective_json, InputFor(*judged));
  ASSERT_TRUE(final.ok()) << ToString(final.error());
  const auto ours = yaml::ReadJson(*final, "final");
  const auto reread = Reread(*final);
  EXPECT_TRUE(WithoutNulls(reread).SameAs(WithoutNulls(*ours))) << *final << "\n---\n"
                                                                << yaml::WriteJson(reread);
}

TEST_F(ComposeJudge, KeepsHostileValuesByteForByte) {
  const std::vector<std::pair<std::string, std::string>> values = {
      {"DOLLARS", "$HOME ${HOME} $$ $"},
      {"QUOTES", "a'b\"c`d"},
      {"LINES", "one\ntwo\n\nthree\n"},
      {"TABS", "\ta\r\n"},
      {"HASH", "# not a comment #"},
      {"UNICODE", "\xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80\xEF\xBB\xBF"},
      {"BACK", "\\n\\\\ \\u0041"},
      {"CONTROL", std::string("\x01\x1B\x7F\xC2\x85\xC2\x9F")},
      {"BLANKS", "  x  "},
      {"EMPTY", ""},
      {"NUMBER", "0123"},
      {"BRACES", "{{ x }} ${"},
      {"BOOL", "yes"}};
  Write("compose.yaml", "services: {web: {image: 'nginx:1.27', environment: {A: 1}}}\n");
  const auto judged = Judge();
  ASSERT_TRUE(judged.ok()) << ToString(judged.error());
  auto input = InputFor(*judged);
  for (const auto& [name, value] : values) input.environment[name] = value;
  const auto final = FinalCompose(judged->blueprint, judged->effective_json, input);
  const auto reread = Reread(*final);
  const auto* environment = reread.Find("services")->Find("web")->Find("environment");
  ASSERT_TRUE(environment);
  for (const auto& [name, value] : values) {
    std::string doubled;
    for (const char c : value) doubled.append(c == '$' ? 2 : 1, c);
    ASSERT_TRUE(environment->Find(name)) << name;
    EXPECT_EQ(environment->Find(name)->text(), doubled) << name;
  }
}

TEST_F(ComposeJudge, TakesValuesFromDotenvAndEnvFilesWithoutComposeReadingThem) {
  Write("compose.yaml",
        "services: {web: {image: '${IMAGE}', env_file: [a.env, {path: b.env, required: false}], "
        "environment: {OWN: '${HIDDEN:-none}', FROM_DOTENV: }}}\n");
  Write(".env", "IMAGE=nginx:1.27\nFROM_DOTENV='x $y'\n");
  Write("a.env", "HASH='a # b'\nOWN=overridden\nMIX=\"${IMAGE}\\n\"\n");
  ::setenv("HIDDEN", "leaked", 1);
  const auto judged = Judge();
  ASSERT_TRUE(judged.ok()) << ToString(judged.error());
  const auto effective = yaml::ReadJson(judged->effective_json, "e");
  const auto* web = effective->Find("services")->Find("web");
  EXPECT_EQ(web->Find("image")->text(), "nginx:1.27");
  const auto* environment = web->Find("environment");
  EXPECT_EQ(environment->Find("OWN")->text(), "none");
  EXPECT_EQ(environment->Find("HASH")->text(), "a # b");
  EXPECT_EQ(environment->Find("FROM_DOTENV")->text(), "x $y");
  EXPECT_EQ(environment->Find("MIX")->text(), "nginx:1.27\n");
}

TEST_F(ComposeJudge, FollowsExtendsAndIncludeInsideTheCheckout) {
  Write("compose.yaml",
        "include: [parts/db.yaml]\nservices: {web: {extends: {file: parts/base.yaml, service: base}}}\n");
  Write("parts/base.yaml",
        "services: {base: {build: ./ctx, volumes: ['./d:/d:ro'], environment: {A: '${IID}'}}}\n");
  Write("parts/ctx/Dockerfile", "FROM scratch\n");
  Write("parts/d/x", "");
  Write("parts/db.yaml", "services: {db: {image: 'mongo:4'}}\n");
  const auto judged = Judge();
  ASSERT_TRUE(judged.ok()) << ToString(judged.error());
  EXPECT_EQ(judged->blueprint.Find("web")->build->context, "parts/ctx");
  EXPECT_EQ(judged->blueprint.Find("web")->binds.at(0).source, "parts/d");
  EXPECT_TRUE(judged->blueprint.Find("db"));
}

TEST_F(ComposeJudge, JudgesWhatIsIncludedAsTheRest) {
  Write("compose.yaml", "include: [parts/db.yaml]\nservices: {web: {image: 'nginx:1'}}\n");
  Write("parts/db.yaml", "services:\n  db:\n    image: mongo:4\n    privileged: true\n");
  const auto judged = Judge();
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().object, "parts/db.yaml:4:17 services.db.privileged");
}

TEST_F(ComposeJudge, SeesLinksAndFifosOfTheDisk) {
  Write("compose.yaml", "services: {web: {image: 'nginx:1', env_file: f.env, volumes: ['./out:/o']}}\n");
  fs::create_symlink("/etc", folder_.path() + "/out");
  ASSERT_EQ(::mkfifo((folder_.path() + "/f.env").c_str(), 0600), 0);
  const auto judged = Judge();
  ASSERT_FALSE(judged.ok());
  EXPECT_THAT(judged.error().cause, HasSubstr("device, FIFO or socket"));
  ASSERT_EQ(judged.error().evidence.size(), 1U);
  EXPECT_THAT(judged.error().evidence[0], HasSubstr("leads out of the checkout"));
}

TEST_F(ComposeJudge, RunsTheSeedsOwnFile) {
  Write("docker-compose.yml", R"yaml(version: '3'
services:
  db:
    image: mongo.${UNAME}.${PNAME}.${IID}
    ports: ["27017"]
    environment:
      - MONGO_INITDB_ROOT_USERNAME=root
      - SERVICE_NAME=mongo.${IID}
  web:
    image: web.${UNAME}.${PNAME}.${IID}
    ports: ["2000"]
    links: [db]
    restart: unless-stopped
    command: node Server.js
    environment:
      SERVICE_NAME: web.${IID}
)yaml");
  const auto judged = Judge({.instance = "5d2f0a1b2c3d4e5f60718293", .owner = "user1", .project = "shop"});
  ASSERT_TRUE(judged.ok()) << ToString(judged.error());
  EXPECT_EQ(judged->blueprint.Find("db")->image, "mongo.user1.shop.5d2f0a1b2c3d4e5f60718293");
  EXPECT_EQ(judged->blueprint.Find("db")->catalog_name, "mongo");
  EXPECT_EQ(judged->blueprint.Find("web")->catalog_name, "web");
  EXPECT_THAT(judged->warnings, IsEmpty());
}

TEST_F(ComposeJudge, RunsAVersion2File) {
  Write("docker-compose.yml",
        "version: '2.4'\nservices:\n  web:\n    image: nginx:1\n    mem_limit: 64m\n    cpus: 0.5\n"
        "    ports: ['80']\n");
  const auto judged = Judge();
  ASSERT_TRUE(judged.ok()) << ToString(judged.error());
  const auto final = FinalCompose(judged->blueprint, judged->effective_json, InputFor(*judged));
  Reread(*final);
}

TEST_F(ComposeJudge, MakesAServiceOfADockerfileAlone) {
  Write("Dockerfile", "ARG PORT=8000\nFROM scratch\nEXPOSE $PORT 9000/udp\n");
  Write("edm.yaml", "build: {args: {PORT: 8001}}\n");
  const auto judged = Judge();
  ASSERT_TRUE(judged.ok()) << ToString(judged.error());
  const auto* app = judged->blueprint.Find("app");
  ASSERT_TRUE(app);
  ASSERT_EQ(app->ports.size(), 2U);
  EXPECT_EQ(app->ports[0].port, 8001);
  EXPECT_EQ(app->build->args.at("PORT"), "8001");
}

TEST_F(ComposeJudge, PassesOnWhatComposeSaysWithoutItsFolders) {
  Write("compose.yaml", "services: {web: {image: 'nginx:1', depends_on: [nobody]}}\n");
  const auto judged = Judge();
  ASSERT_FALSE(judged.ok());
  EXPECT_EQ(judged.error().code, Code::kInvalidArgument);
  EXPECT_THAT(judged.error().cause, HasSubstr("nobody"));
  EXPECT_THAT(judged.error().cause, ::testing::Not(HasSubstr("/tmp")));
}

TEST_F(ComposeJudge, LeavesNoScratchFolderBehind) {
  TemporaryFolder scratch;
  fs::permissions(scratch.path(), fs::perms::all);
  ComposeConfigResolver resolver(processes_, {.scratch = scratch.path()});
  EXPECT_TRUE(
      resolver.Resolve({"p", "compose.yaml", {{"compose.yaml", R"({"services":{"a":{"image":"b"}}})"}}})
          .ok());
  EXPECT_FALSE(resolver.Resolve({"p", "compose.yaml", {{"compose.yaml", "{"}}}).ok());
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST_F(ComposeJudge, RemovesWhatAKilledProgramLeftAndNothingThatIsInUse) {
  TemporaryFolder scratch;
  const auto held = ScratchFolder::Make(scratch.path(), {{"compose.yaml", "{}"}}, std::nullopt);
  ASSERT_TRUE(held.ok());
  const auto left = fs::path(scratch.path()) / "edm-compose-123456";
  const auto other = fs::path(scratch.path()) / "somebody-elses";
  fs::create_directories(left / "below");
  fs::create_directories(other);
  ComposeConfigResolver(processes_, {.scratch = scratch.path()}).RemoveAbandoned();
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(other));
  EXPECT_TRUE(fs::exists(fs::path(held->path()) / "compose.yaml"));
}

TEST_F(ComposeJudge, EndsAProgramThatHangs) {
  const auto program = folder_.path() + "/hangs";
  fs::permissions(folder_.path(), fs::perms::all);
  Write("hangs", "#!/bin/sh\ntrap '' TERM\nwhile :; do :; done\n");
  fs::permissions(program, fs::perms::all);
  ComposeConfigResolver resolver(processes_, {.program = program, .deadline = Millis(300)});
  const auto started = std::chrono::steady_clock::now();
  const auto resolved = resolver.Resolve({"p", "compose.yaml", {{"compose.yaml", "{}"}}});
  ASSERT_FALSE(resolved.ok());
  EXPECT_EQ(resolved.error().code, Code::kResourceExhausted);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
}

}  // namespace
}  // namespace edm::compose
