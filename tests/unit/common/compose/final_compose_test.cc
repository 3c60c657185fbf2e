#include "common/core/compose/final_compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/core/yaml/json.h"

namespace edm::compose {
namespace {

constexpr std::string_view kEffective = R"json({"services": {
  "web": {"build": {"context": "web", "args": {"A": "b"}}, "image": "mine", "ports": [{"target": 80}, {"target": 90, "protocol": "udp"}],
          "volumes": [{"type": "bind", "source": "conf/a", "target": "/a", "read_only": true}, {"type": "volume", "source": "v", "target": "/v"},
                      {"type": "bind", "source": "api.json", "target": "/api.json"}],
          "environment": {"OWN": "user$x", "SERVICE_NAME": "Shop.i7"}, "depends_on": {"job": {"condition": "service_completed_successfully", "required": true}},
          "security_opt": ["no-new-privileges"], "networks": {"default": null}, "restart": "always", "profiles": [],
          "container_name": "", "labels": {"a": "b"}},
  "same": {"image": "mine", "networks": {"default": null}, "mem_limit": "1000000", "pids_limit": -1},
  "job": {"image": "alpine:3", "restart": "always", "networks": {"default": null}},
  "debug": {"image": "alpine:3", "profiles": ["x"], "networks": {"other": null}}},
 "networks": {"default": {"name": "x_default", "ipam": {}}, "other": {}}, "volumes": {"v": {"name": "x_v"}},
 "configs": {"c": {"file": "conf/c"}}})json";

FinalInput Input() {
  FinalInput input{.instance = "i7", .release = 4, .directory = "/srv/i7", .bind_address = "10.0.0.12"};
  input.ports = {{"web", 80, "tcp", 30'001}, {"web", 90, "udp", 30'002}};
  input.subnets = {{"default", "10.9.0.0/28"}};
  input.environment = {{"EDM_URL", "http://10.0.0.12:30001"}, {"OWN", "ours"}};
  input.mounts = {{"web", "/srv/rendered/0", "/api.json"}};
  input.limits = {512, 64, 0.5};
  return input;
}

yaml::Node Final(const FinalInput& input, const AppSpec& spec = {}) {
  const auto blueprint = ReadBlueprint(kEffective, spec, "i7");
  EXPECT_TRUE(blueprint.ok()) << ToString(blueprint.error());
  const auto final = FinalCompose(*blueprint, kEffective, input);
  EXPECT_TRUE(final.ok()) << ToString(final.error());
  return *yaml::ReadJson(*final, "final");
}

const yaml::Node& At(const yaml::Node& root, std::initializer_list<std::string_view> keys) {
  const auto* node = &root;
  for (const auto key : keys) {
    node = node->Find(key);
    EXPECT_TRUE(node) << key;
    if (!node) return root;
  }
  return *node;
}

TEST(FinalCompose, NamesAndLabelsEverything) {
  const auto root = Final(Input());
  EXPECT_EQ(root.Find("name")->text(), "i7");
  EXPECT_EQ(At(root, {"services", "web", "container_name"}).text(), "i7.web.1");
  EXPECT_EQ(At(root, {"services", "web", "image"}).text(), "edm/i7/web:r4");
  EXPECT_EQ(At(root, {"services", "same", "image"}).text(), "edm/i7/web:r4");
  EXPECT_EQ(At(root, {"services", "job", "image"}).text(), "alpine:3");
  EXPECT_EQ(At(root, {"services", "web", "labels", "dev.edm.release"}).text(), "4");
  EXPECT_EQ(At(root, {"services", "web", "labels", "a"}).text(), "b");
  EXPECT_EQ(At(root, {"networks", "default", "labels", "dev.edm.instance"}).text(), "i7");
  EXPECT_EQ(At(root, {"volumes", "v", "name"}).text(), "i7_v");
  EXPECT_EQ(At(root, {"services", "web", "pull_policy"}).text(), "never");
}

TEST(FinalCompose, LeavesOutWhatDoesNotRun) {
  const auto root = Final(Input());
  EXPECT_EQ(At(root, {"services"}).Find("debug"), nullptr);
  EXPECT_EQ(At(root, {"networks"}).Find("other"), nullptr);
  EXPECT_EQ(At(root, {"services", "web"}).Find("build"), nullptr);
}

TEST(FinalCompose, GivesEveryPublishedPortItsHostPort) {
  const auto root = Final(Input());
  const auto& ports = At(root, {"services", "web", "ports"});
  ASSERT_EQ(ports.items().size(), 2U);
  EXPECT_EQ(ports.items()[0].Find("published")->text(), "30001");
  EXPECT_EQ(ports.items()[0].Find("host_ip")->text(), "10.0.0.12");
  EXPECT_EQ(ports.items()[1].Find("protocol")->text(), "udp");
}

TEST(FinalCompose, LeavesAHostPortThatTheDocumentNames) {
  constexpr std::string_view kFixed =
      R"json({"services": {"web": {"image": "a:1", "networks": {"default": null},
    "ports": [{"target": 80, "published": "8080"}, {"target": 80, "published": "8081", "host_ip": "127.0.0.1"},
              {"target": 80}]}}, "networks": {"default": {}}})json";
  const auto blueprint = ReadBlueprint(kFixed, {}, "i7");
  ASSERT_TRUE(blueprint.ok());
  auto input = Input();
  input.ports = {{"web", 80, "tcp", 30'001}};
  const auto root = *yaml::ReadJson(*FinalCompose(*blueprint, kFixed, input), "final");
  const auto& ports = At(root, {"services", "web", "ports"}).items();
  ASSERT_EQ(ports.size(), 3U);
  EXPECT_EQ(ports[0].Find("published")->text(), "8080");
  EXPECT_EQ(ports[0].Find("host_ip")->text(), "10.0.0.12");
  EXPECT_EQ(ports[1].Find("published")->text(), "8081");
  EXPECT_EQ(ports[1].Find("host_ip")->text(), "127.0.0.1");
  EXPECT_EQ(ports[2].Find("published")->text(), "30001");
}

TEST(FinalCompose, TheUsersEnvironmentWinsAndDollarsStay) {
  const auto root = Final(Input());
  EXPECT_EQ(At(root, {"services", "web", "environment", "OWN"}).text(), "user$$x");
  EXPECT_EQ(At(root, {"services", "job", "environment", "OWN"}).text(), "ours");
}

TEST(FinalCompose, MountsRenderedFilesInThePlaceOfTheSources) {
  const auto root = Final(Input());
  const auto& mounts = At(root, {"services", "web", "volumes"}).items();
  ASSERT_EQ(mounts.size(), 3U);
  EXPECT_EQ(mounts[0].Find("source")->text(), "/srv/i7/conf/a");
  EXPECT_EQ(mounts[2].Find("source")->text(), "/srv/rendered/0");
  EXPECT_EQ(mounts[2].Find("read_only")->text(), "true");
}

TEST(FinalCompose, SetsLimitsOnlyWhereNoneAre) {
  const auto root = Final(Input());
  EXPECT_EQ(At(root, {"services", "web", "deploy", "resources", "limits", "memory"}).text(), "512");
  EXPECT_EQ(At(root, {"services", "same", "deploy", "resources", "limits", "memory"}).text(), "1000000");
  EXPECT_EQ(At(root, {"services", "same", "deploy", "resources", "limits", "pids"}).text(), "64");
  EXPECT_EQ(At(root, {"services", "same"}).Find("mem_limit"), nullptr);
}

TEST(FinalCompose, RestartsServicesButNotOneShots) {
  const auto root = Final(Input());
  EXPECT_EQ(At(root, {"services", "job", "restart"}).text(), "no");
  EXPECT_EQ(At(root, {"services", "web", "restart"}).text(), "always");
  EXPECT_EQ(At(root, {"services", "same", "restart"}).text(), "unless-stopped");
}

TEST(FinalCompose, RefusesToGuessAPortOrASubnet) {
  const auto blueprint = ReadBlueprint(kEffective, {}, "i7");
  auto input = Input();
  input.ports.clear();
  EXPECT_FALSE(FinalCompose(*blueprint, kEffective, input).ok());
  input = Input();
  input.subnets.clear();
  EXPECT_FALSE(FinalCompose(*blueprint, kEffective, input).ok());
}

TEST(Blueprint, FollowsEdmYaml) {
  AppSpec spec;
  spec.publish = {{"web", 80, {}}, {"same", 7000, {}}};
  spec.oneshot = {"same"};
  const auto blueprint = ReadBlueprint(kEffective, spec, "i7");
  ASSERT_TRUE(blueprint.ok());
  const auto* web = blueprint->Find("web");
  EXPECT_TRUE(web->ports[0].published);
  EXPECT_FALSE(web->ports[1].published);
  EXPECT_TRUE(blueprint->Find("same")->oneshot);
  EXPECT_EQ(blueprint->Find("same")->ports.at(0).port, 7000);
  EXPECT_EQ(web->catalog_name, "shop");
  EXPECT_EQ(blueprint->Find("same")->image_of, "web");
}

TEST(Blueprint, RefusesServicesThatAreNotThere) {
  AppSpec spec;
  spec.oneshot = {"jbo"};
  spec.oneshot_at = {3, 10};
  const auto blueprint = ReadBlueprint(kEffective, spec, "i7");
  ASSERT_FALSE(blueprint.ok());
  EXPECT_EQ(blueprint.error().object, "edm.yaml:3:10 oneshot");
  EXPECT_EQ(blueprint.error().hint, "did you mean 'job'?");
}

}  // namespace
}  // namespace edm::compose
