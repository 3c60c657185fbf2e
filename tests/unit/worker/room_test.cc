#include "worker/core/disk/room.h"

#include <gtest/gtest.h>

namespace edm::worker {
namespace {

StoredThing Thing(const std::string& name, std::uint64_t bytes, Millis changed, std::uint32_t parts = 1) {
  StoredThing thing;
  thing.name = name;
  thing.bytes = bytes;
  thing.parts = parts;
  thing.changed = WallTime(changed);
  return thing;
}

StoredThing Numbered(const std::string& instance, std::uint32_t number, std::uint64_t bytes, Millis changed) {
  auto thing = Thing(instance + "." + std::to_string(number), bytes, changed);
  thing.instance = instance;
  thing.number = number;
  return thing;
}

// "cache a+b", "mirror instances/a?" where the "?" says: only while its disk is short.
std::string Text(const RoomRemoval& removal) {
  const auto numbered = removal.instance + "." + std::to_string(removal.number);
  switch (removal.kind) {
    case RoomKind::kBuildCache: {
      std::string text = "cache ";
      for (const auto& id : removal.records) text += (text.ends_with(' ') ? "" : "+") + id;
      return text;
    }
    case RoomKind::kMirror:
      return "mirror " + removal.name;
    case RoomKind::kCheckout:
      return "checkout " + numbered;
    case RoomKind::kHistory:
      return "history " + numbered;
  }
  return "";
}

using Texts = std::vector<std::string>;

class Room : public ::testing::Test {
 protected:
  Texts Plan() {
    Texts texts;
    for (const auto& one : PlanRoom(facts_, budgets_)) {
      EXPECT_FALSE(one.reason.empty());
      texts.push_back(Text(one) + (one.only_while_short ? "?" : ""));
    }
    return texts;
  }
  CacheRecord& Cache(const std::string& id, std::uint64_t bytes, Millis used, bool is_ours = true) {
    facts_.cache.push_back({.id = id,
                            .parents = {},
                            .kind = "regular",
                            .description = "",
                            .bytes = bytes,
                            .used_at = WallTime(used)});
    if (is_ours) facts_.our_cache.insert(id);
    return facts_.cache.back();
  }

  RoomBudgets budgets_{.free_bytes = 1'000,
                       .needed_bytes = 100,
                       .cache_bytes = 200,
                       .mirrors_bytes = 500,
                       .checkouts_bytes = 400,
                       .logs_bytes = 300,
                       .age = Seconds(60),
                       .cache_records_max = 4,
                       .mirror_packs_max = 10};
  RoomFacts facts_{.engine = {"/engine", 10'000, 5'000},
                   .data = {"/data", 10'000, 5'000},
                   .now = WallTime(Millis(100'000))};
};

TEST_F(Room, NothingGoesWhileAllIsWithinItsBudget) {
  Cache("a", 200, Millis(99'000));
  facts_.mirrors = {Thing("instances/a", 500, Millis(99'000), 10)};
  facts_.histories = {Numbered("a", 1, 300, Millis(1))};
  facts_.droppable = {{"a", 1}};
  EXPECT_TRUE(Plan().empty());
}

TEST_F(Room, BeyondItsBudgetTheLongestUnusedOfTheCacheGoes) {
  Cache("new", 150, Millis(99'000));
  Cache("old", 150, Millis(98'000));
  EXPECT_EQ(Plan(), (Texts{"cache old"}));
}

TEST_F(Room, WhatOthersBuiltStaysHoweverMuchAndOldItIs) {
  Cache("theirs", 50'000, Millis(1), false);
  facts_.engine.free_bytes = 1;
  EXPECT_TRUE(Plan().empty());
}

TEST_F(Room, OfTheCacheGoesWhatIsOldOrOneTooMany) {
  Cache("old", 1, Millis(39'999));
  EXPECT_EQ(Plan(), (Texts{"cache old"}));
  for (const auto* id : {"a", "b", "c", "d"}) Cache(id, 1, Millis(99'000));
  facts_.cache[0].used_at = WallTime(Millis(98'000));
  EXPECT_EQ(Plan(), (Texts{"cache old"}));
}

TEST_F(Room, WhatAnImageHasAsWellMakesNoRoom) {
  Cache("layer", 500, Millis(98'000)).is_shared = true;
  EXPECT_TRUE(Plan().empty());
  facts_.engine.free_bytes = 999;
  EXPECT_TRUE(Plan().empty());
}

TEST_F(Room, AShortDiskLosesTheCacheOfOurBuilds) {
  Cache("b", 20, Millis(99'002));
  Cache("a", 20, Millis(99'001));
  facts_.engine.free_bytes = 999;
  EXPECT_EQ(Plan(), (Texts{"cache a+b?"}));
}

TEST_F(Room, TheCacheGoesInPiecesBetweenWhichIsLooked) {
  budgets_.cache_bytes = kAllRoom;
  Cache("a", 300 * kMebibyte, Millis(99'001));
  Cache("b", 300 * kMebibyte, Millis(99'002));
  facts_.engine.free_bytes = 999;
  EXPECT_EQ(Plan(), (Texts{"cache a?", "cache b?"}));
}

TEST_F(Room, AnEngineWhoseDiskIsNotKnownIsNeverShort) {
  Cache("a", 20, Millis(99'001));
  facts_.engine = {"", 0, 0};
  EXPECT_TRUE(Plan().empty());
  EXPECT_TRUE(CheckRoom(facts_.engine, facts_.data, budgets_).ok());
}

TEST_F(Room, OfASmallDiskHalfAtMostIsToStayFree) {
  Cache("a", 20, Millis(99'001));
  facts_.engine = {"/engine", 1'000, 500};
  EXPECT_TRUE(Plan().empty());
  facts_.engine.free_bytes = 499;
  EXPECT_EQ(Plan().size(), 1U);
}

TEST_F(Room, BeyondTheirBudgetTheLongestUnusedMirrorsGo) {
  facts_.mirrors = {Thing("instances/new", 300, Millis(99'000)), Thing("instances/old", 300, Millis(97'000)),
                    Thing("instances/mid", 200, Millis(98'000))};
  EXPECT_EQ(Plan(), (Texts{"mirror instances/old"}));
}

TEST_F(Room, AMirrorGoesWhenItIsOldOrInTooManyPieces) {
  facts_.mirrors = {Thing("instances/old", 1, Millis(39'999)), Thing("instances/many", 1, Millis(99'000), 11),
                    Thing("instances/fine", 1, Millis(99'000), 10)};
  EXPECT_EQ(Plan(), (Texts{"mirror instances/old", "mirror instances/many"}));
}

TEST_F(Room, OnlyCheckoutsGoThatNoReleaseHasHadForAnHour) {
  facts_.now = WallTime(Millis(10'000'000));
  facts_.checkouts = {Numbered("gone", 1, 10, Millis(1)), Numbered("shop", 7, 10, Millis(1)),
                      Numbered("young", 1, 10, Millis(9'000'000))};
  facts_.held = {{"shop", 7}};
  facts_.data.free_bytes = 1;
  EXPECT_EQ(Plan(), (Texts{"checkout gone.1"}));
}

TEST_F(Room, HistoriesThatMastersMayAskForStay) {
  facts_.histories = {Numbered("a", 1, 200, Millis(1)), Numbered("a", 2, 200, Millis(2)),
                      Numbered("a", 3, 200, Millis(3))};
  facts_.droppable = {{"a", 2}};
  EXPECT_EQ(Plan(), (Texts{"history a.2"}));
}

TEST_F(Room, AShortDataDiskLosesWhatCanBeHadAgainFirst) {
  facts_.data.free_bytes = 10;
  facts_.mirrors = {Thing("instances/b", 10, Millis(99'002)), Thing("instances/a", 10, Millis(99'001))};
  facts_.histories = {Numbered("a", 1, 10, Millis(1)), Numbered("a", 2, 10, Millis(2))};
  facts_.droppable = {{"a", 1}};
  EXPECT_EQ(Plan(), (Texts{"mirror instances/a?", "mirror instances/b?", "history a.1?"}));
}

TEST_F(Room, NothingIsNamedTwice) {
  facts_.data.free_bytes = 10;
  facts_.mirrors = {Thing("instances/a", 600, Millis(1))};
  facts_.histories = {Numbered("a", 1, 400, Millis(1))};
  facts_.droppable = {{"a", 1}};
  EXPECT_EQ(Plan(), (Texts{"mirror instances/a", "history a.1"}));
}

TEST_F(Room, OfASmallDiskATwentiethIsEnoughForABuild) {
  facts_.data = {"/data", 1'000, 50};
  EXPECT_TRUE(CheckRoom(facts_.engine, facts_.data, budgets_).ok());
  facts_.data.free_bytes = 49;
  EXPECT_FALSE(CheckRoom(facts_.engine, facts_.data, budgets_).ok());
}

TEST_F(Room, WithoutWhatABuildNeedsTheCauseNamesTheFullerDisk) {
  EXPECT_TRUE(CheckRoom(facts_.engine, facts_.data, budgets_).ok());
  facts_.engine.free_bytes = 99;
  const auto refused = CheckRoom(facts_.engine, facts_.data, budgets_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
  EXPECT_NE(refused.error().cause.find("/engine"), std::string::npos) << refused.error().cause;
  facts_.data.free_bytes = 98;
  const auto both = CheckRoom(facts_.engine, facts_.data, budgets_);
  EXPECT_NE(both.error().cause.find("/data"), std::string::npos) << both.error().cause;
}

TEST_F(Room, BeyondTheirBudgetCheckoutsLetNothingNewBeBuilt) {
  EXPECT_TRUE(CheckCheckouts(400, budgets_).ok());
  const auto refused = CheckCheckouts(401, budgets_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().hint.find("garbage.checkouts"), std::string::npos);
}

}  // namespace
}  // namespace edm::worker
