#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/adapters/log/log_line.h"

namespace edm {
namespace {

const WallTime kThen{Millis(1'764'459'841'512)};

TEST(LogLine, ReadsAsTextWithItsFieldsBehindIt) {
  EXPECT_EQ(TextLine(kThen, LogLevel::kInfo, "order sent",
                     {{"operation", "op-81d0"}, {"attempt", std::uint64_t{3}}, {"seconds", 1.25}}),
            FormatRfc3339(kThen) + " info  order sent operation=op-81d0 attempt=3 seconds=1.250");
}

TEST(LogLine, QuotesWhatIsNoWordAndLeavesOutWhatIsEmpty) {
  EXPECT_EQ(TextLine(kThen, LogLevel::kWarn, "git failed", {{"cause", "no \"room\" left"}, {"worker", ""}}),
            FormatRfc3339(kThen) + R"( warn  git failed cause="no \"room\" left")");
}

TEST(LogLine, StaysOneLineWhateverAFieldHolds) {
  for (const auto* text : {"a\nlevel=error forged", "\x1b[2J", "\r\n", "\xff\xfe"}) {
    const auto line = TextLine(kThen, LogLevel::kInfo, text, {{"text", text}});
    EXPECT_EQ(line.find_first_of("\n\r\x1b"), std::string::npos) << line;
    const auto json = JsonLine(kThen, LogLevel::kInfo, text, {{"text", text}});
    EXPECT_EQ(json.find_first_of("\n\r\x1b"), std::string::npos) << json;
    EXPECT_TRUE(nlohmann::json::accept(json)) << json;
  }
}

TEST(LogLine, IsJsonWithNumbersAsNumbers) {
  const auto line = nlohmann::json::parse(
      JsonLine(kThen, LogLevel::kError, "order sent",
               {{"operation", "op-81d0"}, {"attempt", std::uint64_t{3}}, {"seconds", 1.25}, {"worker", ""}}));
  EXPECT_EQ(line, (nlohmann::json{{"time", FormatRfc3339(kThen)},
                                  {"level", "error"},
                                  {"message", "order sent"},
                                  {"operation", "op-81d0"},
                                  {"attempt", 3},
                                  {"seconds", 1.25}}));
}

TEST(Log, IsSetUpByKnownWordsOnly) {
  EXPECT_TRUE(SetUpLog("text", "warn").ok());
  EXPECT_TRUE(Logs(LogLevel::kWarn));
  EXPECT_FALSE(Logs(LogLevel::kInfo));
  EXPECT_TRUE(SetUpLog("json", "debug").ok());
  EXPECT_TRUE(Logs(LogLevel::kDebug));
  EXPECT_EQ(SetUpLog("xml", "info").error().code, Code::kInvalidArgument);
  EXPECT_EQ(SetUpLog("text", "loud").error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace edm
