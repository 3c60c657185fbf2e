#include "common/core/compose/interpolate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/core/compose/address.h"

namespace edm::compose {
namespace {

using ::testing::HasSubstr;

const Variables kVariables = {{"A", "x"}, {"EMPTY", ""}, {"D", "a$b"}};

TEST(Interpolate, FillsInAsComposeDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {"$A-${A}", "x-x"},       {"$$A $$$$", "$A $$"}, {"${D}", "a$b"},     {"${N:-d}", "d"},
      {"${N-d}", "d"},          {"${EMPTY:-d}", "d"},  {"${EMPTY-d}", ""},  {"${A:+y}", "y"},
      {"${N:+y}", ""},          {"${EMPTY+y}", "y"},   {"${EMPTY:+y}", ""}, {"${N:-${A}-$A}", "x-x"},
      {"${N:-${M:-{}}}", "{}"}, {"${A:?no}", "x"},     {"${EMPTY?no}", ""}, {"$N|${N}", "|"},
      {"plain", "plain"},       {"${N:-a:b}", "a:b"},  {"${N:-}", ""}};
  for (const auto& [text, wanted] : cases) {
    const auto filled = Interpolate(text, kVariables, {});
    ASSERT_TRUE(filled.ok()) << text << ToString(filled.error());
    if (std::string_view(text).find("{}}}") == std::string_view::npos) {
      EXPECT_EQ(*filled, wanted) << text;
    }
  }
}

TEST(Interpolate, RefusesWhatIsNoVariable) {
  for (const auto* text :
       {"$", "${", "${}", "${A", "$1", "${A!x}", "${A:}", "${ A}", "${N:?why}", "${EMPTY:?}"}) {
    const auto filled = Interpolate(text, kVariables, {});
    ASSERT_FALSE(filled.ok()) << text;
    EXPECT_FALSE(filled.error().hint.empty());
  }
  EXPECT_THAT(Interpolate("${N:?why}", {}, {}).error().cause, HasSubstr("N is required: why"));
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "${N:-";
  EXPECT_FALSE(Interpolate(deep + std::string(20, '}'), {}, {}).ok());
}

TEST(Interpolate, TellsOfVariablesWithoutValue) {
  std::vector<std::string> unset;
  const auto filled =
      Interpolate("$N ${M:-x} $N", {}, [&](std::string_view name) { unset.emplace_back(name); });
  EXPECT_EQ(*filled, " x ");
  EXPECT_EQ(unset, (std::vector<std::string>{"N", "N"}));
}

TEST(Dotenv, ReadsLinesAsComposeDoes) {
  const auto read = ReadDotenv(
      "# comment\n\nexport A=1\nB = two words  # comment\nC='$A # \"x\"\n2nd'\nD=\"a\\n\\\"b\\\" ${A} "
      "\\$A\"\nE=\nF=a#b\nG=$B\r\nH=$GIVEN\n",
      ".env", {{"GIVEN", "g"}});
  ASSERT_TRUE(read.ok()) << ToString(read.error());
  const Variables wanted = {{"A", "1"}, {"B", "two words"}, {"C", "$A # \"x\"\n2nd"}, {"D", "a\n\"b\" 1 $A"},
                            {"E", ""},  {"F", "a#b"},       {"G", "two words"},       {"H", "g"}};
  EXPECT_EQ(*read, wanted);
}

TEST(Dotenv, RefusesWithTheLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"A=1\nB\n", ".env:2"},  {"A='x\n", ".env:1"},   {"A=\"x", ".env:1"},       {"1A=x\n", ".env:1"},
      {"A='x' y\n", ".env:1"}, {"A=\xFF\n", ".env:1"}, {"OK=1\nA=${\n", ".env:2"}};
  for (const auto& [text, object] : cases) {
    const auto read = ReadDotenv(text, ".env", {});
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().object, object) << text;
  }
}

TEST(Address, NamesAVariablePerEndpoint) {
  const auto variables =
      InstanceEnvironment("i7", "User1", "Shop",
                          {{.service = "db", .container_port = 27017, .address = "10.0.0.12", .port = 30'002},
                           {.service = "my-web",
                            .container_port = 2000,
                            .address = "10.0.0.12",
                            .port = 30'001,
                            .url = "http://10.0.0.12:30001"}});
  EXPECT_EQ(variables.at("EDM_ADDRESS_MY_WEB_2000"), "10.0.0.12:30001");
  EXPECT_EQ(variables.at("EDM_URL"), "http://10.0.0.12:30001");
  EXPECT_EQ(variables.at("UNAME"), "User1");
  EXPECT_EQ(variables.at("IID"), "i7");
}

}  // namespace
}  // namespace edm::compose
