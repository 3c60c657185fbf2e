#include "common/base/text.h"

#include <gtest/gtest.h>

namespace edm {
namespace {

TEST(Text, NamesTheNearestWordAndOnlyANearOne) {
  const std::vector<std::string> words = {"deploy", "delete", "start"};
  EXPECT_EQ(Nearest("depoly", words), "deploy");
  EXPECT_EQ(Nearest("strat", words), "start");  // two letters in the wrong order are one mistake
  EXPECT_EQ(Nearest("stat", words), "start");
  EXPECT_EQ(Nearest("stopp", words), std::nullopt);
  EXPECT_EQ(Nearest("zzz", words), std::nullopt);
}

TEST(Text, RepairsWhatIsNotUtf8AndKeepsWhatIs) {
  EXPECT_EQ(ToUtf8("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(ToUtf8("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));
  EXPECT_FALSE(IsUtf8("\xC0\x80"));
}

TEST(Text, CountsAndMeasuresForPeople) {
  EXPECT_EQ(Counted(1, "file"), "1 file");
  EXPECT_EQ(Counted(212, "file"), "212 files");
  EXPECT_EQ(FormatBytes(212), "212 B");
  EXPECT_EQ(FormatBytes(3250586), "3.1 MiB");
}

TEST(Text, SplitsAndTrims) {
  EXPECT_EQ(Split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(Trim(" \ta \n"), "a");
}

}  // namespace
}  // namespace edm
