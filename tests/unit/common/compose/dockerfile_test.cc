#include "common/core/compose/dockerfile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edm::compose {
namespace {

TEST(Dockerfile, RefusesWhatReachesOutOfTheBuild) {
  const std::pair<const char*, const char*> cases[] = {
      {"# syntax=docker/dockerfile:1\nFROM a:1\n", "Dockerfile:1"},
      {"#SYNTAX = x\nFROM a:1\n", "Dockerfile:1"},
      {"# escape=`\n#syntax=x\nFROM a:1\n", "Dockerfile:2"},
      {"// syntax=x\nFROM a:1\n", "Dockerfile:1"},
      {"{\"syntax\": \"x\"}", "Dockerfile:1"},
      {"FROM edm/other/web:r1\n", "Dockerfile:1"},
      {"from --platform=linux/amd64 docker.io/edm/other/web:r1 as x\n", "Dockerfile:1"},
      {"ARG A=ed\nARG B=m/o/web:r1\nFROM ${A}${B}\n", "Dockerfile:3"},
      {"ARG A\nFROM ${A:-edm/o/web:r1}\n", "Dockerfile:2"},
      {"ARG GIVEN=nginx:1\nFROM $GIVEN\n", "Dockerfile:2"},
      {"FROM scratch\nCOPY --from=edm/o/web:r1 / /\n", "Dockerfile:2"},
      {"FROM scratch\nRUN --mount=type=bind,from=edm/o/web:r1,target=/x true\n", "Dockerfile:2"},
      {"FROM scratch\nRUN --network=host true\n", "Dockerfile:2"},
      {"FROM scratch\nRUN --security=insecure true\n", "Dockerfile:2"},
      {"FROM scratch\nRUN \\\n  --network=host true\n", "Dockerfile:2"},
      {"# escape=`\nFROM `\nedm/o/web:r1\n", "Dockerfile:2"},
      {"FROM scratch\nRUN --mount=type=ssh true\n", "Dockerfile:2"},
      {"FROM scratch\nONBUILD COPY --from=edm/o/web:r1 / /\n", "Dockerfile:2"},
      {"FROM 0123456789ab\n", "Dockerfile:1"},
      {"FROM sha256:0123\n", "Dockerfile:1"},
  };
  for (const auto& [text, object] : cases) {
    const auto errors = Dockerfile::Judge(text, "Dockerfile", {{"GIVEN", "edm/o/web:r1"}});
    ASSERT_FALSE(errors.empty()) << text;
    EXPECT_EQ(errors[0].object, object) << text;
    EXPECT_FALSE(errors[0].hint.empty()) << text;
  }
}

TEST(Dockerfile, NestedTriggersCostNothing) {
  std::string deep = "FROM scratch\n";
  for (int i = 0; i < 30'000; ++i) deep += "ONBUILD ";
  EXPECT_THAT(Dockerfile::Judge(deep, "Dockerfile", {}), ::testing::IsEmpty());
}

TEST(Dockerfile, LetsOrdinaryOnesPass) {
  const char* cases[] = {
      "FROM node:20 AS build\nCOPY . .\nRUN npm ci\nFROM nginx:1\nCOPY --from=build /x /y\nCOPY --from=0 /x "
      "/z\n",
      "ARG BASE=debian:12\nFROM ${BASE}\nRUN echo \\\n # comment in between\n && true\n",
      "FROM scratch\nRUN --mount=type=cache,target=/root/.cache true\n",
      "# a comment about syntax\nFROM scratch\nENV A=edm/x\n"};
  for (const auto* text : cases)
    EXPECT_THAT(Dockerfile::Judge(text, "Dockerfile", {}), ::testing::IsEmpty()) << text;
}

TEST(Dockerfile, FindsThePortsOfTheLastStage) {
  EXPECT_EQ(Dockerfile::ExposedPorts(
                "FROM a\nEXPOSE 1\nFROM b\nARG P=80\nENV Q=90\nexpose $P/tcp ${Q} 70/udp 80/tcp x\n",
                {{"P", "81"}}),
            (std::vector<std::string>{"81/tcp", "90", "70/udp", "80/tcp"}));
  EXPECT_THAT(Dockerfile::ExposedPorts("FROM a\n", {}), ::testing::IsEmpty());
}

TEST(Dockerfile, NamesTheImagesThatItTakesFrom) {
  using Names = std::set<std::string>;
  EXPECT_EQ(
      Dockerfile::Images("ARG BASE=alpine:3\nFROM ${BASE} AS build\nFROM scratch\nCOPY --from=build /a /a\n"
                         "COPY --from=0 /b /b\nCOPY --from=tools:2 /c /c\n"
                         "RUN --mount=type=bind,from=cache:1,target=/x true\n",
                         {}),
      (Names{"alpine:3", "cache:1", "tools:2"}));
  EXPECT_EQ(Dockerfile::Images("ARG BASE\nFROM $BASE\n", {{"BASE", "node:20"}}), Names{"node:20"});
  EXPECT_EQ(Dockerfile::Images("FROM scratch\nADD a.tar /\n", {}), Names{});
}

TEST(Dockerfile, CannotNameAllThatItTakesWhereAUrlIsAdded) {
  EXPECT_FALSE(Dockerfile::Images("FROM a\nADD https://example.org/x /x\n", {}));
  EXPECT_FALSE(Dockerfile::Images("FROM a\nADD git@example.org:x.git /x\n", {}));
  EXPECT_FALSE(Dockerfile::Images("ARG U=http://e\nFROM a\nADD ${U}/x /x\n", {}));
}

}  // namespace
}  // namespace edm::compose
