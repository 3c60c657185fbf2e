#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "worker/adapters/docker/compose_create.h"
#include "worker/adapters/docker/container_stats.h"
#include "worker/adapters/docker/engine_error.h"
#include "worker/adapters/docker/engine_facts.h"
#include "worker/adapters/docker/engine_time.h"
#include "worker/adapters/docker/image_content.h"
#include "worker/adapters/docker/image_owner.h"
#include "worker/adapters/docker/inspect.h"
#include "worker/adapters/docker/json_lines.h"
#include "worker/adapters/docker/listening_sockets.h"
#include "worker/adapters/docker/log_assembler.h"
#include "worker/adapters/docker/stop_order.h"
#include "worker/adapters/network/host_routes.h"

namespace edm::worker {
namespace {

std::string Frame(int stream, const std::string& payload) {
  std::string frame(8, '\0');
  frame[0] = static_cast<char>(stream);
  for (std::size_t i = 0; i < 4; ++i) frame[7 - i] = static_cast<char>(payload.size() >> (8 * i) & 0xFF);
  return frame + payload;
}

std::vector<LogAssembler::Line> Assemble(const std::string& bytes, bool is_tty, std::size_t step) {
  LogAssembler assembler(is_tty);
  std::vector<LogAssembler::Line> lines;
  const auto keep = [&](LogAssembler::Line line) { lines.push_back(std::move(line)); };
  for (std::size_t at = 0; at < bytes.size(); at += step)
    assembler.Feed(std::string_view(bytes).substr(at, step), keep);
  assembler.Finish(keep);
  return lines;
}

nlohmann::json Stats(const std::string& read, std::uint64_t cpu_ns) {
  return {
      {"read", read},
      {"cpu_stats", {{"cpu_usage", {{"total_usage", cpu_ns}}}}},
      {"memory_stats", {{"usage", 10 << 20}, {"limit", 64 << 20}, {"stats", {{"inactive_file", 2 << 20}}}}},
      {"pids_stats", {{"current", 3}}}};
}

TEST(ContainerStats, AreCoresBetweenTwoLooksAndMemoryWithoutCache) {
  const auto usage =
      UsageBetween(ReadStats(Stats("2026-11-21T06:55:00.000000000Z", 1'000'000'000)),
                   ReadStats(Stats("2026-11-21T06:55:00.400000000Z", 1'600'000'000)), 8ULL << 30U);
  EXPECT_DOUBLE_EQ(usage.cpu, 1.5);
  EXPECT_EQ(usage.memory_kib, 8 << 10);
  EXPECT_EQ(usage.memory_limit_kib, 64 << 10);
  EXPECT_EQ(usage.processes, 3);
}

TEST(ContainerStats, OfACgroupOfVersion1LeaveItsOwnCountOfCacheOut) {
  auto answer = Stats("2026-11-21T06:55:00Z", 0);
  answer["memory_stats"]["stats"] = {{"total_inactive_file", 4 << 20}, {"inactive_file", 1}};
  EXPECT_EQ(ReadStats(answer).memory_bytes, 6 << 20);
}

TEST(ContainerStats, AreNothingWhereTheEngineTellsNothingOrTimeStandsStill) {
  const auto same = ReadStats(Stats("2026-11-21T06:55:00Z", 5));
  EXPECT_EQ(UsageBetween(same, same, 64 << 20).cpu, 0);
  EXPECT_EQ(UsageBetween(same, same, 64 << 20).memory_limit_kib, 0) << "the machine's own size is no limit";
  for (const auto& odd : {nlohmann::json(), nlohmann::json{{"read", 3}, {"cpu_stats", "x"}},
                          nlohmann::json{{"memory_stats", {{"usage", -5}}}}}) {
    const auto usage = UsageBetween(ReadStats(odd), ReadStats(odd), 1);
    EXPECT_EQ(usage.cpu, 0);
    EXPECT_EQ(usage.memory_kib, 0);
  }
}

TEST(ImageContent, IsTheSameForReleasesAndAnotherForAnotherCommand) {
  const nlohmann::json image = {
      {"Id", "sha256:1"},
      {"RootFS", {{"Layers", {"sha256:a"}}}},
      {"Config", {{"Cmd", {"serve"}}, {"Labels", {{"dev.edm.release", "1"}, {"x", "y"}}}}}};
  auto later = image;
  later["Id"] = "sha256:2";
  later["Config"]["Labels"]["dev.edm.release"] = "2";
  EXPECT_EQ(ContentOf(image), ContentOf(later));
  for (const auto* change : {"/Config/Cmd/0", "/Config/Labels/x", "/RootFS/Layers/0"}) {
    auto other = later;
    other[nlohmann::json::json_pointer(change)] = "other";
    EXPECT_NE(ContentOf(image), ContentOf(other)) << change;
  }
}

TEST(EngineFacts, AreReadFromVersionAndInfo) {
  const auto facts = ReadEngineFacts({{"Version", "20.10.24"}, {"ApiVersion", "1.41"}},
                                     {{"Driver", "overlay2"}, {"CgroupVersion", "2"}, {"ID", "e1"}});
  EXPECT_EQ(facts, (EngineFacts{"20.10.24", "1.41", "", "overlay2", "2", "e1"}));
  EXPECT_EQ(ReadEngineFacts(nullptr, nullptr), EngineFacts{});
}

TEST(EngineErrors, ASubnetThatIsTakenIsToldFromTheRest) {
  for (const auto* words :
       {"Pool overlaps with other one on this address space",
        "cannot create network a: conflicts with network b: networks have overlapping IPv4"}) {
    EXPECT_EQ(EngineError(403, words, "network shop_default").code, Code::kAborted) << words;
  }
  EXPECT_EQ(EngineError(500, "port is already allocated", "shop/web").code, Code::kResourceExhausted);
}

TEST(LogAssembler, MakesLinesOfFramesWhereverTheyAreCut) {
  const std::string bytes = Frame(1, "2026-11-21T06:55:00.000000001Z out\n") +
                            Frame(2, "2026-11-21T06:55:00.000000002Z err\n") +
                            Frame(1, "2026-11-21T06:55:00.000000003Z no end");
  for (const std::size_t step : {1U, 3U, 8U, 1'000U}) {
    const auto lines = Assemble(bytes, false, step);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].text, "out");
    EXPECT_FALSE(lines[0].is_stderr);
    EXPECT_EQ(lines[1].text, "err");
    EXPECT_TRUE(lines[1].is_stderr);
    EXPECT_EQ(lines[1].nanos - lines[0].nanos, 1);
    EXPECT_EQ(lines[2].text, "no end");
  }
}

TEST(LogAssembler, JoinsWhatTheEngineCutAt16KiB) {
  const std::string half(16'384, 'a');
  const auto lines = Assemble(Frame(1, "2026-11-21T06:55:00.000000001Z " + half) +
                                  Frame(1, "2026-11-21T06:55:00.000000002Z " + half + "b\n"),
                              false, 1'000);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].text, half + half + "b");
}

TEST(LogAssembler, BoundsALineThatNeverEnds) {
  std::string bytes;
  for (int i = 0; i < 40; ++i)
    bytes += Frame(1, "2026-11-21T06:55:00.000000001Z " + std::string(16'384, 'a'));
  for (const auto& line : Assemble(bytes, false, 4'096))
    EXPECT_LE(line.text.size(), kLogLineBytesMax + 16'384);
}

TEST(LogAssembler, TextIsAlwaysUtf8) {
  const auto lines = Assemble(Frame(1, "2026-11-21T06:55:00.000000001Z a\xFFz\n"), false, 1'000);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].text, "a\xEF\xBF\xBDz");
}

TEST(LogAssembler, ReadsATtyWithoutFrames) {
  const auto lines =
      Assemble("2026-11-21T06:55:00.000000001Z one\r\n2026-11-21T06:55:00.000000002Z two\r\n", true, 5);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "one");
  EXPECT_EQ(lines[1].text, "two");
}

TEST(EngineTime, ReadsNanosecondsAndZones) {
  EXPECT_EQ(ParseEngineTime("1970-01-01T00:00:01Z"), 1'000'000'000);
  EXPECT_EQ(ParseEngineTime("1970-01-01T00:00:01.5Z"), 1'500'000'000);
  EXPECT_EQ(ParseEngineTime("1970-01-01T02:00:00.000000007+02:00"), 7);
  EXPECT_EQ(ParseEngineTime("2026-11-21T06:55:00Z"), 1'795'244'100'000'000'000);
  EXPECT_EQ(NanosFromWall(WallTime(Millis(1'795'244'100'000))), 1'795'244'100'000'000'000);
  EXPECT_GT(NanosFromWall(WallTime::max()), 0);
  EXPECT_LT(NanosFromWall(WallTime::min()), 0);
  for (const auto* bad :
       {"", "0001-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "hello", "2026-11-21T06:55:00"}) {
    EXPECT_FALSE(ParseEngineTime(bad).has_value()) << bad;
  }
}

TEST(JsonLines, SkipsWhatIsNotJson) {
  JsonLines lines;
  int seen = 0;
  const auto count = [&](const nlohmann::json&) { ++seen; };
  lines.Feed("{\"a\":1}\nno json\n{\"b\"", count);
  lines.Feed(":2}\n[3]", count);
  EXPECT_EQ(seen, 2);
  lines.Finish(count);
  EXPECT_EQ(seen, 3);
}

nlohmann::json SampleInspect() {
  return nlohmann::json::parse(R"({"Id":"abc","Name":"/shop.web.1","Image":"sha256:1","RestartCount":2,
    "State":{"Status":"exited","ExitCode":137,"OOMKilled":true,"Pid":0,"StartedAt":"2026-11-21T06:55:00.5Z",
             "FinishedAt":"2026-11-21T06:55:01Z","Health":{"Status":"unhealthy"}},
    "Config":{"Tty":false,"Labels":{"dev.edm.instance":"shop","dev.edm.release":"4","dev.edm.service":"web",
              "com.docker.compose.depends_on":"db:service_healthy:false,migrate:service_completed_successfully:false,x:service_started:true"},
              "Healthcheck":{"Test":["CMD-SHELL","curl :80"],"Timeout":2000000000}},
    "HostConfig":{"PortBindings":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"20001"}]}},
    "NetworkSettings":{"Networks":{"shop_default":{"IPAddress":"10.201.0.2"}}}})");
}

TEST(Inspect, ReadsAllThatIsNeeded) {
  const auto seen = ReadInspect(SampleInspect());
  EXPECT_EQ(seen.facts.name, "shop.web.1");
  EXPECT_EQ(seen.facts.instance, "shop");
  EXPECT_EQ(seen.facts.release, 4U);
  EXPECT_EQ(seen.facts.service, "web");
  EXPECT_EQ(seen.facts.state, ContainerState::kExited);
  EXPECT_EQ(seen.facts.exit_code, 137);
  EXPECT_TRUE(seen.facts.oom_killed);
  EXPECT_EQ(seen.facts.restarts, 2U);
  EXPECT_EQ(seen.facts.health, ContainerHealth::kUnhealthy);
  EXPECT_EQ(seen.facts.address, "10.201.0.2");
  ASSERT_EQ(seen.facts.ports.size(), 1U);
  EXPECT_EQ(seen.facts.ports[0].host_port, 20'001);
  EXPECT_EQ(seen.facts.finished_at - seen.facts.started_at, Millis(500));
  ASSERT_TRUE(seen.health_command.has_value());
  EXPECT_EQ(seen.health_command->argv.back(), "curl :80");
  EXPECT_EQ(seen.health_command->shown, "curl :80");
  EXPECT_EQ(seen.health_command->timeout, Millis(2'000));
  EXPECT_EQ(seen.dependencies, (std::vector<Dependency>{{Dependency::Condition::kHealthy, "db"},
                                                        {Dependency::Condition::kCompleted, "migrate"},
                                                        {Dependency::Condition::kStarted, "x"}}));
}

TEST(Inspect, SurvivesAnyJson) {
  for (const auto* text :
       {"null", "[]", "{}", "3", R"({"State":[],"Config":{"Labels":null,"Healthcheck":{"Test":"x"}}})",
        R"({"Id":3,"NetworkSettings":{"Networks":{"a":null}},"HostConfig":{"PortBindings":{"80":null}}})"}) {
    const auto document = nlohmann::json::parse(text);
    EXPECT_EQ(ReadInspect(document).facts.exit_code, 0) << text;
    EXPECT_EQ(ReadListed(document).exit_code, 0) << text;
  }
}

TEST(Inspect, ReadsAListsStatusLine) {
  auto document = nlohmann::json::parse(
      R"({"Id":"a","Names":["/x"],"State":"exited","Status":"Exited (3) 2 seconds ago"})");
  EXPECT_EQ(ReadListed(document).exit_code, 3);
  document["State"] = "running";
  document["Status"] = "Up 3 seconds (healthy)";
  EXPECT_EQ(ReadListed(document).health, ContainerHealth::kHealthy);
  document["Status"] = "Up Less than a second (health: starting)";
  EXPECT_EQ(ReadListed(document).health, ContainerHealth::kStarting);
}

Inspected Container(const std::string& service, std::vector<std::string> needs) {
  Inspected one;
  one.facts.service = service;
  for (auto& need : needs) one.dependencies.push_back({Dependency::Condition::kStarted, std::move(need)});
  return one;
}

TEST(StopOrder, StopsWhatDependsFirstAndTheRestTogether) {
  using Groups = std::vector<std::vector<std::size_t>>;
  EXPECT_EQ(StopOrder({Container("db", {}), Container("web", {"db"}), Container("api", {"db"})}),
            (Groups{{1, 2}, {0}}));
  EXPECT_EQ(StopOrder({Container("a", {"b"}), Container("b", {"a"})}), (Groups{{0, 1}}));
  EXPECT_EQ(StopOrder({Container("a", {"gone"}), Container("b", {"b"})}), (Groups{{0, 1}}));
  EXPECT_EQ(StopOrder({}), Groups{});
}

TEST(EngineError, SaysWhatMayBeDone) {
  EXPECT_EQ(EngineError(404, "No such container: x", "container x").code, Code::kNotFound);
  EXPECT_EQ(EngineError(500, "write /x: no space left on device", "o").code, Code::kResourceExhausted);
  EXPECT_EQ(EngineError(409, "removal of container x is already in progress", "o").code, Code::kAborted);
  EXPECT_EQ(
      EngineError(500, "driver failed: Bind for 0.0.0.0:80 failed: port is already allocated", "o").code,
      Code::kResourceExhausted);
  EXPECT_EQ(EngineError(500, "something else", "o").code, Code::kInternal);
  EXPECT_FALSE(EngineError(500, "", "o").cause.empty());
  const auto limits =
      EngineError(400, "OCI runtime create failed: runc create failed: error setting rlimits", "o");
  EXPECT_NE(limits.hint.find("ulimits"), std::string::npos);
  EXPECT_EQ(EngineMessage("{\"message\":\"a\\nb\"}"), "a b");
  EXPECT_EQ(EngineMessage("plain"), "plain");
}

TEST(ComposeError, NamesTheServiceWhoseImageCannotBeHad) {
  const auto error =
      ComposeError("shop", 18,
                   {"web Pulling", "web Error Get \"https://r.example/v2/\": dial tcp: no such host",
                    "Error response from daemon: Get \"https://r.example/v2/\": dial tcp: no such host"});
  EXPECT_EQ(error.code, Code::kUnavailable);
  EXPECT_EQ(error.object, "service shop/web");
  EXPECT_NE(error.hint.find("registry"), std::string::npos);
}

TEST(ComposeError, IsTheEnginesReason) {
  const auto error = ComposeError(
      "shop", 1, {" Container shop.web.1  Creating", "Error response from daemon: No such image: x:1"});
  EXPECT_EQ(error.code, Code::kFailedPrecondition);
  EXPECT_EQ(error.cause, "No such image: x:1");
  EXPECT_EQ(ComposeError("shop", 17, {}).cause, "compose ended with 17 and said nothing");
}

TEST(ListeningSockets, TellsLoopbackApartAndLeavesTheResolverOut) {
  const std::string tcp =
      "  sl  local_address rem_address   st\n"
      "   0: 00000000:0BB8 00000000:0000 0A 00000000:00000000\n"
      "   1: 0100007F:2382 00000000:0000 0A 00000000:00000000\n"
      "   2: 0B00007F:9C40 00000000:0000 0A 00000000:00000000\n"
      "   3: 00000000:1F90 00000000:0000 01 00000000:00000000\n";
  const std::string tcp6 =
      "   0: 00000000000000000000000000000000:1F40 00000000000000000000000000000000:0000 0A\n"
      "   1: 00000000000000000000000001000000:1F41 00000000000000000000000000000000:0000 0A\n"
      "   2: 0000000000000000FFFF00000100007F:1F42 00000000000000000000000000000000:0000 0A\n";
  EXPECT_EQ(ParseListening(tcp, tcp6),
            (std::vector<ListeningPort>{
                {3'000, false}, {8'000, false}, {8'001, true}, {8'002, true}, {9'090, true}}));
}

TEST(HostRoutes, ReadsTheKernelsTableWithoutTheDefaultRoute) {
  const auto routes = ParseRoutes(
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
      "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
      "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
      "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
      "down0\t000012AC\t00000000\t0000\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
      "garbage\n");
  ASSERT_EQ(routes.size(), 2U);
  EXPECT_EQ(ToString(routes[0]), "10.0.0.0/16");
  EXPECT_EQ(ToString(routes[1]), "172.17.0.0/16");
}

TEST(ImageOwner, LabelsAloneMakeNoImageOurs) {
  using nlohmann::json;
  using Own = std::vector<OwnTag>;
  const auto owned = [](json more, const std::string& builder = "shop") {
    more["Labels"] = more.value("Labels", json{{"dev.edm.instance", builder}});
    return OwnTagsOf(more);
  };
  const Own ours{{"edm/shop/web:r1", "shop"}};
  EXPECT_EQ(owned({{"RepoTags", {"edm/shop/web:r1"}}}), ours);
  EXPECT_EQ(owned({{"RepoTags", {"a/kept:1", "edm/shop/web:r1"}}}), ours);
  EXPECT_EQ(owned({{"RepoTags", nullptr}}), (Own{{"", "shop"}}));
  EXPECT_EQ(owned({{"RepoTags", {"<none>:<none>"}}, {"ParentId", ""}}), (Own{{"", "shop"}}));
  EXPECT_EQ(owned({{"RepoTags", {"a/derived:1"}}}), Own{});
  EXPECT_EQ(owned({{"RepoTags", {"edm/blog/web:r1"}}}), Own{});
  EXPECT_EQ(owned({{"RepoTags", {"edm/shop"}}}), Own{});
  EXPECT_EQ(owned({{"RepoTags", nullptr}, {"ParentId", "sha256:12"}}), Own{});
  EXPECT_EQ(owned({{"RepoTags", {"edm/shop/web:r1"}}, {"Labels", json::object()}}), Own{});
}

TEST(ImageOwner, WhatOneMemberBuiltOthersHaveUnderTagsOfTheirOwn) {
  using Own = std::vector<OwnTag>;
  const nlohmann::json labels{{"dev.edm.instance", "shop_1"}};
  const auto owned = [&](std::vector<std::string> tags) {
    return OwnTagsOf({{"Labels", labels}, {"RepoTags", tags}});
  };
  EXPECT_EQ(owned({"edm/shop_2/web:r1"}), (Own{{"edm/shop_2/web:r1", "shop_2"}}));
  EXPECT_EQ(owned({"edm/shop_1/web:r1", "edm/shop_3/web:r1"}),
            (Own{{"edm/shop_1/web:r1", "shop_1"}, {"edm/shop_3/web:r1", "shop_3"}}));
  EXPECT_EQ(owned({"edm/blog_2/web:r1"}), Own{});
}

TEST(ImageOwner, ATagOfAPushIsThatOfTheVeryImage) {
  const nlohmann::json labels{
      {"dev.edm.instance", "shop"}, {"dev.edm.service", "web"}, {"dev.edm.release", "3"}};
  EXPECT_TRUE(IsPushTag("10.0.0.10:5000/edm/5f0c2a91/shop:web-r3", labels));
  for (const auto* tag :
       {"10.0.0.10:5000/edm/5f0c2a91/shop:web-r4", "10.0.0.10:5000/edm/5f0c2a91/myshop:web-r3", "shop:web-r3",
        "a/shop:latest", "edm/shop/web:r3"})
    EXPECT_FALSE(IsPushTag(tag, labels)) << tag;
  EXPECT_FALSE(IsPushTag("a/shop:web-r3", {{"dev.edm.instance", "shop"}}));
  EXPECT_TRUE(
      IsPushTag("a/shop:web-r3",
                {{"dev.edm.instance", "shop_2"}, {"dev.edm.service", "web"}, {"dev.edm.release", "3"}}));
}

}  // namespace
}  // namespace edm::worker
