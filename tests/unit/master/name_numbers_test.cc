#include "master/core/placement/name_numbers.h"

#include <gtest/gtest.h>

namespace edm::master {
namespace {

TEST(NameNumbers, StayWhileTheNameIsHeld) {
  NameNumbers names;
  const auto shop = names.Hold("shop");
  const auto blog = names.Hold("blog");
  EXPECT_NE(shop, blog);
  EXPECT_EQ(names.Hold("shop"), shop);
  names.LetGo(shop);
  EXPECT_EQ(names.Find("shop"), shop) << "it is held once more";
  names.LetGo(shop);
  EXPECT_EQ(names.Find("shop"), kNoName);
  EXPECT_EQ(names.Find("blog"), blog);
}

TEST(NameNumbers, AreUsedAgain) {
  NameNumbers names;
  for (int round = 0; round < 100; ++round) {
    const auto one = names.Hold("one-" + std::to_string(round));
    const auto other = names.Hold("other-" + std::to_string(round));
    EXPECT_NE(one, other);
    names.LetGo(one);
    names.LetGo(other);
  }
  EXPECT_LE(names.end(), 2U);
}

}  // namespace
}  // namespace edm::master
