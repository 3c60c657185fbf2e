#include "worker/core/disk/cache_order.h"

#include <gtest/gtest.h>

namespace edm::worker {
namespace {

CacheRecord Record(const std::string& id, int used, std::vector<std::string> parents = {},
                   bool is_in_use = false) {
  return {.id = id,
          .parents = std::move(parents),
          .kind = "regular",
          .description = "",
          .is_in_use = is_in_use,
          .used_at = WallTime(Millis(used))};
}

std::vector<std::string> Ids(const std::vector<CacheRecord>& records, const CacheIds& ours) {
  std::vector<std::string> ids;
  for (const auto& one : OrderCache(records, ours)) ids.push_back(one.record->id);
  return ids;
}

using List = std::vector<std::string>;

TEST(CacheOrder, TheLongestUnusedComesFirst) {
  EXPECT_EQ(Ids({Record("new", 3), Record("old", 1), Record("mid", 2)}, {"new", "old", "mid"}),
            (List{"old", "mid", "new"}));
}

TEST(CacheOrder, WhatWasMadeFromOneGoesBeforeItHoweverOldThatIs) {
  const std::vector<CacheRecord> chain{Record("a", 1), Record("b", 1, {"a"}), Record("c", 5, {"b"}),
                                       Record("other", 3)};
  EXPECT_EQ(Ids(chain, {"a", "b", "c", "other"}), (List{"other", "c", "b", "a"}));
}

TEST(CacheOrder, OthersStayAndWhatTheirsWasMadeFrom) {
  const std::vector<CacheRecord> records{Record("base", 1), Record("theirs", 2, {"base"}), Record("mine", 3)};
  EXPECT_EQ(Ids(records, {"base", "mine"}), (List{"mine"}));
}

TEST(CacheOrder, WhatIsInUseStaysAndWhatItWasMadeFrom) {
  const std::vector<CacheRecord> records{Record("a", 1), Record("b", 2, {"a"}, true), Record("c", 3, {"a"})};
  EXPECT_EQ(Ids(records, {"a", "b", "c"}), (List{"c"}));
}

TEST(CacheOrder, AParentThatIsNotListedIsNoTrouble) {
  EXPECT_EQ(Ids({Record("a", 1, {"gone"})}, {"a"}), (List{"a"}));
}

}  // namespace
}  // namespace edm::worker
