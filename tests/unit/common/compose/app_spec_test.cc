#include "common/core/spec/app_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "common/core/yaml/json.h"
#include "common/core/yaml/reader.h"

namespace edm {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

bool FitsSchema(const std::string& text) {
  static const auto document = nlohmann::json::parse(AppSpecSchema());
  valijson::Schema schema;
  valijson::SchemaParser parser;
  const valijson::adapters::NlohmannJsonAdapter adapter(document);
  parser.populateSchema(adapter, schema);
  const auto node = yaml::Read(text, "edm.yaml");
  const auto value = nlohmann::json::parse(yaml::WriteJson(*node));
  valijson::Validator validator;
  const valijson::adapters::NlohmannJsonAdapter target(value);
  return validator.validate(schema, target, nullptr);
}

TEST(AppSpec, ReadsAllKeys) {
  const auto spec = ReadAppSpec(R"yaml(
template: node-store
compose: deploy/compose.yaml
render: [{from: config/api.json, to: /home/Server/api.json, services: [web]}]
publish: [{service: web, port: 2000}]
health: {service: web, path: /healthz, port: 2000, time: 60s}
build: {args: {BASE: node:20, N: 1}}
oneshot: [migrate]
replicas: 3
)yaml");
  ASSERT_TRUE(spec.ok()) << ToString(spec.error());
  EXPECT_EQ(spec->template_name, "node-store");
  EXPECT_EQ(spec->render.at(0).to, "/home/Server/api.json");
  EXPECT_EQ(spec->publish.at(0).port, 2000);
  EXPECT_EQ(*spec->health->time, Millis(60'000));
  EXPECT_EQ(spec->build_args.at("N"), "1");
  EXPECT_EQ(spec->oneshot, std::vector<std::string>{"migrate"});
  EXPECT_EQ(spec->replicas, 3U);
}

// The schema and the reader are two tellings of one thing.
TEST(AppSpec, TheSchemaAgreesWithTheReader) {
  const char* good[] = {"",
                        "{}",
                        "template: a-b",
                        "compose: a/b.yaml",
                        "publish: [{service: a, port: 1}]",
                        "health: {}",
                        "health: {path: /, port: 65535, time: 1500ms}",
                        "health: {time: 90}",
                        "build: {args: {A: 1, B: x, C: }}",
                        "oneshot: []",
                        "replicas: 1",
                        "replicas: 100",
                        "replicas:",
                        "render: [{from: a, to: /b}]",
                        "render: [{from: a, to: /b, services: [x]}]",
                        "health:",
                        "render: [{from: a/..b, to: /b}]"};
  const char* bad[] = {"[]",
                       "temlate: x",
                       "branch: feature/x",
                       "template: ../x",
                       "template: A.b",
                       "template: [a]",
                       "compose: /etc/x",
                       "compose: a/../../b",
                       "compose: ..",
                       "publish: [{service: a}]",
                       "publish: [{port: 1}]",
                       "publish: [{service: a, port: 0}]",
                       "publish: [{service: a, port: 70000}]",
                       "publish: [{service: a, port: x}]",
                       "publish: {a: 1}",
                       "publish: [{service: a, port: 1, x: 1}]",
                       "health: {path: x}",
                       "health: {time: 1y}",
                       "health: {time: 0}",
                       "health: {prot: 1}",
                       "health: []",
                       "build: {arg: {}}",
                       "build: {args: [a]}",
                       "build: {args: {1A: x}}",
                       "build: {args: {A: []}}",
                       "oneshot: x",
                       "replicas: 0",
                       "replicas: 101",
                       "replicas: many",
                       "replicas: [1]",
                       "oneshot: [[]]",
                       "render: [{from: a}]",
                       "render: [{from: /a, to: /b}]",
                       "render: [{from: a, to: b}]",
                       "render: [x]"};
  for (const auto* text : good) {
    const auto spec = ReadAppSpec(text);
    EXPECT_TRUE(spec.ok()) << text << " " << (spec.ok() ? "" : ToString(spec.error()));
    EXPECT_TRUE(FitsSchema(text)) << text;
  }
  for (const auto* text : bad) {
    const auto spec = ReadAppSpec(text);
    EXPECT_FALSE(spec.ok()) << text;
    EXPECT_FALSE(FitsSchema(text)) << text;
    if (spec.ok()) continue;
    EXPECT_THAT(spec.error().object, StartsWith("edm.yaml:1:")) << text;
    EXPECT_FALSE(spec.error().hint.empty()) << text;
  }
}

TEST(AppSpec, NamesThePlaceAndTheNearestKey) {
  const auto spec = ReadAppSpec("health:\n  prot: 1\nbiuld: {}\n");
  ASSERT_FALSE(spec.ok());
  EXPECT_EQ(spec.error().object, "edm.yaml:2:3 health.prot");
  EXPECT_EQ(spec.error().hint, "did you mean 'port'?");
  ASSERT_EQ(spec.error().evidence.size(), 1U);
  EXPECT_THAT(spec.error().evidence[0], HasSubstr("did you mean 'build'?"));
}

TEST(AppSpec, ItsSampleIsValidCommentedAndUncommented) {
  EXPECT_TRUE(ReadAppSpec(AppSpecSample()).ok());
  std::string uncommented;
  std::string_view rest = AppSpecSample();
  rest.remove_prefix(rest.find('\n'));
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest.substr(i).starts_with("\n# ")) {
      uncommented += '\n';
      i += 2;
    } else {
      uncommented += rest[i];
    }
  }
  const auto spec = ReadAppSpec(uncommented);
  ASSERT_TRUE(spec.ok()) << ToString(spec.error()) << uncommented;
  EXPECT_EQ(spec->publish.size(), 1U);
}

}  // namespace
}  // namespace edm
