#include "master/model/copies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edm::master {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Copies, AreFoundByTheirInstanceOnWhateverWorker) {
  Copies copies;
  copies.Add("w2", "shop").attempt = 3;
  copies.Add("w1", "shop");
  copies.Add("w1", "blog");
  EXPECT_EQ(copies.Add("w2", "shop").attempt, 3U) << "it was there";
  EXPECT_THAT(copies.WorkersOf("shop"), ElementsAre("w1", "w2"));
  EXPECT_THAT(copies.WorkersOf("blog"), ElementsAre("w1"));
  EXPECT_THAT(copies.WorkersOf("none"), IsEmpty());
  EXPECT_EQ(copies.Find("w2", "blog"), nullptr);
}

TEST(Copies, ThatAreGoneAreFoundNoMore) {
  Copies copies;
  for (const auto* worker : {"w1", "w2"}) {
    for (const auto* instance : {"blog", "shop"}) copies.Add(worker, instance);
  }
  copies.Remove("w1", "shop");
  copies.Remove("w1", "shop");
  copies.Remove("w3", "shop");
  EXPECT_EQ(copies.Find("w1", "shop"), nullptr);
  EXPECT_THAT(copies.WorkersOf("shop"), ElementsAre("w2"));
  EXPECT_EQ(copies.RemoveAllOf("w2").size(), 2U);
  EXPECT_THAT(copies.RemoveAllOf("w2"), IsEmpty());
  EXPECT_THAT(copies.WorkersOf("shop"), IsEmpty());
  EXPECT_THAT(copies.WorkersOf("blog"), ElementsAre("w1"));
  EXPECT_EQ(copies.all().size(), 1U);
}

TEST(Copies, ChangeInPlace) {
  Copies copies;
  copies.Add("w1", "shop");
  copies.Add("w2", "shop");
  copies.ForEachOn("w1", [](const std::string&, Copy& copy) { copy.tries = 2; });
  copies.ForEachOn("w3", [](const std::string&, Copy& copy) { copy.tries = 3; });
  EXPECT_EQ(copies.Find("w1", "shop")->tries, 2U);
  EXPECT_EQ(copies.Find("w2", "shop")->tries, 0U);
}

}  // namespace
}  // namespace edm::master
