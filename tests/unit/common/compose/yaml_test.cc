#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/core/yaml/fields.h"
#include "common/core/yaml/json.h"
#include "common/core/yaml/reader.h"

namespace edm::yaml {
namespace {

using ::testing::HasSubstr;

TEST(Yaml, TypesScalarsByTheCoreSchema) {
  const struct {
    const char* text;
    Kind kind;
    const char* value;
  } cases[] = {{"1", Kind::kInteger, "1"},
               {"-7", Kind::kInteger, "-7"},
               {"0x10", Kind::kInteger, "16"},
               {"0o17", Kind::kInteger, "15"},
               {"0440", Kind::kInteger, "288"},
               {"1_000", Kind::kInteger, "1000"},
               {"1.10", Kind::kFloat, "1.1"},
               {"1e3", Kind::kFloat, "1000"},
               {".5", Kind::kFloat, "0.5"},
               {"true", Kind::kBool, "true"},
               {"False", Kind::kBool, "false"},
               {"yes", Kind::kString, "yes"},
               {"'1'", Kind::kString, "1"},
               {"\"\"", Kind::kString, ""},
               {"~", Kind::kNull, ""},
               {"null", Kind::kNull, ""},
               {"22:22", Kind::kString, "22:22"},
               {"2001-01-01", Kind::kString, "2001-01-01"},
               {"!!str 1", Kind::kString, "1"},
               {"1.2.3", Kind::kString, "1.2.3"},
               {"-", Kind::kSequence, ""}};
  for (const auto& each : cases) {
    const auto node = Read(each.text, "x");
    ASSERT_TRUE(node.ok()) << each.text;
    EXPECT_EQ(node->kind(), each.kind) << each.text;
    EXPECT_EQ(node->text(), each.value) << each.text;
  }
}

TEST(Yaml, KeepsPlaces) {
  const auto root = Read("a:\n  b: [1, two]\n", "x");
  const auto* b = root->Find("a")->Find("b");
  EXPECT_EQ(b->items()[1].at(), (Position{2, 10}));
  EXPECT_EQ(root->Find("a")->entries()[0].key_at, (Position{2, 3}));
}

TEST(Yaml, WritesAliasesAndMergeKeysOut) {
  const auto root = Read("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{z: 1}, *a]}\nd: *a\n", "x");
  ASSERT_TRUE(root.ok()) << ToString(root.error());
  EXPECT_EQ(root->Find("b")->Find("x")->text(), "1");
  EXPECT_EQ(root->Find("b")->Find("y")->text(), "3");
  EXPECT_EQ(root->Find("c")->entries().size(), 3U);
  EXPECT_TRUE(root->Find("d")->SameAs(*root->Find("a")));
}

std::string Bomb() {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) text += "*a" + std::to_string(i - 1) + (j < 8 ? "," : "]\n");
  }
  return text;
}

std::string Repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Yaml, RefusesWhatIsNoStrictDocument) {
  const struct {
    std::string text;
    const char* object;
    const char* cause;
  } cases[] = {
      {"a: 1\nb: 2\na: 3\n", "f.yaml:3:1", "stands twice"},
      {"a: 1\n---\nb: 2\n", "f.yaml:", "second document"},
      {"a: {<<: *b}\n", "f.yaml:1:", "no YAML"},
      {"a: &a [*a]\n", "f.yaml:1:8", "alias stands inside"},
      {"a: !python/object x\n", "f.yaml:1:4", "tag"},
      {"a: !reset null\n", "f.yaml:1:4", "tag"},
      {"? [a]\n: 1\n", "f.yaml:1:3", "a key is a list"},
      {"a: {<<: 1}\n", "f.yaml:1:9", "'<<' takes a map"},
      {"a: [1\n", "f.yaml:2:1", "no YAML"},
      {"a: \xFF\n", "f.yaml", "UTF-8"},
      {"a: \x01\n", "f.yaml:1:4", "control character"},
      {std::string("a: \0\n", 5), "f.yaml:1:4", "control character"},
      {Bomb(), "f.yaml:", "more than 50000"},
      {std::string(200, '[') + std::string(200, ']'), "f.yaml:1:65", "nested deeper"},
      {"a: &a " + std::string(200'000, 'x') + "\nb: [" + Repeated("*a,", 100) + "]\n", "f.yaml:2",
       "grows past 4.0 MiB"},
      {std::string(3U << 20, ' '), "f.yaml", "larger than 1.0 MiB"},
      {"\t- a: b\n\tc", "f.yaml:", "no YAML"},
  };
  for (const auto& each : cases) {
    const auto read = Read(each.text, "f.yaml");
    ASSERT_FALSE(read.ok()) << each.text.substr(0, 80);
    EXPECT_THAT(read.error().object, ::testing::StartsWith(each.object)) << each.text.substr(0, 80);
    EXPECT_THAT(read.error().cause, HasSubstr(each.cause)) << each.text.substr(0, 80);
    EXPECT_FALSE(read.error().hint.empty());
  }
}

TEST(Yaml, EndsManyOpenBracketsAtOnce) {
  EXPECT_FALSE(Read(std::string(1U << 16, '['), "f").ok());
  EXPECT_FALSE(Read(std::string(1U << 16, '{'), "f").ok());
  std::string anchors;
  for (int i = 0; i < 60; ++i) anchors += "&a" + std::to_string(i) + " [";
  EXPECT_FALSE(Read(anchors + std::string(60'000, ','), "f").ok());
}

TEST(Yaml, ReadsItsOwnJsonBackByteForByte) {
  std::string all;
  for (int byte = 1; byte < 0x80; ++byte) all += static_cast<char>(byte);
  for (const char* text : {"\xC2\x80\xC2\x85\xC2\x9F", "\xE2\x80\xA8\xE2\x80\xA9", "\xEF\xBB\xBF\xEF\xBF\xBE",
                           "\xF0\x9F\x98\x80"})
    all += text;
  auto root = Node::Map();
  root.Set("k", Node::String(all));
  const auto json = WriteJson(root);
  EXPECT_EQ(Read(json, "f")->Find("k")->text(), all);
  EXPECT_EQ(ReadJson(json, "f")->Find("k")->text(), all);
}

TEST(Fields, NameTheNearestKnownKey) {
  const auto root = Read("prot: 1\nname: x\n", "f.yaml");
  Problems problems("f.yaml");
  Fields fields(*root, "", problems);
  fields.Integer("port", 1, 9);
  fields.String("name");
  fields.Finish();
  ASSERT_EQ(problems.errors().size(), 1U);
  EXPECT_EQ(problems.errors()[0].object, "f.yaml:1:1 prot");
  EXPECT_EQ(problems.errors()[0].hint, "did you mean 'port'?");
}

TEST(Fields, RefuseValuesOfAnotherType) {
  const auto root = Read("a: [1]\nb: x\nc: 99\nd: 1y\ne: {x: []}\nf: [[]]\n", "f.yaml");
  Problems problems("f.yaml");
  Fields fields(*root, "", problems);
  EXPECT_FALSE(fields.String("a"));
  EXPECT_FALSE(fields.Bool("b"));
  EXPECT_FALSE(fields.Integer("c", 1, 9));
  EXPECT_FALSE(fields.Duration("d"));
  fields.StringMap("e");
  fields.Strings("f");
  fields.Finish();
  EXPECT_EQ(problems.errors().size(), 6U);
  EXPECT_EQ(problems.AsStatus().error().evidence.size(), 5U);
}

}  // namespace
}  // namespace edm::yaml
