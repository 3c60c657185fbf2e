#include <gtest/gtest.h>

#include "common/rpc/http/headers.h"
#include "common/rpc/http/target.h"

namespace edm::rpc {
namespace {

TEST(Target, IsSplitAtTheFirstQuestionMark) {
  EXPECT_EQ(SplitTarget("/a?b?c#d").path, "/a");
  EXPECT_EQ(SplitTarget("/a?b?c#d").query, "b?c");
  EXPECT_EQ(SplitTarget("/a").query, "");
}

TEST(PercentDecode, RefusesMalformedEscapesAndNul) {
  EXPECT_EQ(PercentDecode("a%2Fb%20c+d"), "a/b c+d");
  EXPECT_EQ(PercentDecode("a+b", true), "a b");
  EXPECT_EQ(PercentDecode("%41"), "A");
  for (const auto* text : {"%", "%4", "%zz", "a%00b", "%4g"}) EXPECT_FALSE(PercentDecode(text)) << text;
}

TEST(PercentEncode, IsUndoneByDecoding) {
  std::string all;
  for (int i = 1; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(PercentDecode(PercentEncode(all)), all);
  EXPECT_EQ(PercentEncode("a/b c", "/"), "a/b%20c");
}

TEST(ParseQuery, KeepsOrderAndDecodes) {
  const std::vector<std::pair<std::string, std::string>> expected = {{"a", "1 2"}, {"b", ""}, {"a", "%zz"}};
  EXPECT_EQ(ParseQuery("a=1+2&b&&a=%zz"), expected);
}

TEST(HttpHeaders, CompareNamesWithoutCaseAndReadLists) {
  HttpHeaders headers{{"Connection", "keep-alive, Upgrade"}};
  EXPECT_TRUE(headers.Lists("connection", "upgrade"));
  EXPECT_FALSE(headers.Lists("connection", "keep"));
  headers.Set("CONNECTION", "close");
  EXPECT_EQ(headers.Get("Connection"), "close");
  std::string out;
  HttpHeaders{{"A", "x\r\nB: y"}}.AppendTo(out);
  EXPECT_EQ(out, "A: x  B: y\r\n");
}

}  // namespace
}  // namespace edm::rpc
