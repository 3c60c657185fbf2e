#include "common/base/time.h"

#include <gtest/gtest.h>

#include "common/base/backoff.h"

namespace edm {
namespace {

TEST(Time, IsWrittenAsRfc3339) {
  EXPECT_EQ(FormatRfc3339(WallTime(Millis(1'795'242'000'007))), "2026-11-21T06:20:00.007Z");
}

TEST(Duration, IsReadWithAUnitOrInSeconds) {
  EXPECT_EQ(*ParseDuration("1500ms"), Millis(1500));
  EXPECT_EQ(*ParseDuration("60"), Millis(60'000));
  EXPECT_EQ(*ParseDuration("2h"), Millis(7'200'000));
  for (const auto* text : {"", "-1s", "1y", "s", "99999999999999999999s"})
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
}

TEST(Backoff, DoublesUpToItsLimit) {
  const Backoff backoff{Millis(100), Millis(1000)};
  EXPECT_EQ(backoff.After(0), Millis(0));
  EXPECT_EQ(backoff.After(1), Millis(100));
  EXPECT_EQ(backoff.After(4), Millis(800));
  EXPECT_EQ(backoff.After(100), Millis(1000));
}

}  // namespace
}  // namespace edm
