#include "worker/core/disk/cache_claim.h"

#include <gtest/gtest.h>

namespace edm::worker {
namespace {

CacheRecord Record(const std::string& id, const std::string& kind = "regular",
                   const std::string& description = "fileop target", std::uint64_t uses = 1) {
  return {.id = id, .parents = {}, .kind = kind, .description = description, .uses = uses, .used_at = {}};
}

CacheRecord Context(const std::string& id) {
  return Record(id, "regular", "http url http://build-context-" + id);
}

TEST(CacheClaim, WhatComesWhileOnlyWeBuildIsOurs) {
  auto window = OpenWindow({Record("before")}, {});
  window.contexts = 1;
  EXPECT_EQ(ClaimNew(window, {Record("before"), Context("a"), Record("b"), Record("c")}),
            (CacheIds{"a", "b", "c"}));
}

TEST(CacheClaim, WhatWasThereBeforeIsNeverOursAlsoWhenOurBuildsUseIt) {
  auto window = OpenWindow({Record("theirs")}, {});
  window.contexts = 1;
  EXPECT_EQ(ClaimNew(window, {Record("theirs", "regular", "fileop target", 7), Context("a")}),
            (CacheIds{"a"}));
}

struct Dispute {
  std::string name;
  std::vector<CacheRecord> before;
  std::vector<CacheRecord> after;
};

class Disputed : public ::testing::TestWithParam<Dispute> {};

TEST_P(Disputed, NothingIsClaimed) {
  auto window = OpenWindow(GetParam().before, {"ours"});
  window.contexts = 1;
  EXPECT_TRUE(ClaimNew(window, GetParam().after).empty());
}

CacheRecord Busy(CacheRecord record) {
  record.is_in_use = true;
  return record;
}

INSTANTIATE_TEST_SUITE_P(
    CacheClaim, Disputed,
    ::testing::Values(
        Dispute{"AClientReadsItsFolder", {}, {Context("a"), Record("b", "source.local")}},
        Dispute{"AClientReadsItsFolderAgain",
                {Record("f", "source.local", "local source for context", 1)},
                {Record("f", "source.local", "local source for context", 2), Context("a")}},
        Dispute{"AClientReadsARepo", {}, {Context("a"), Record("g", "source.git.checkout")}},
        Dispute{"MoreContextsCameThanWeSent", {}, {Context("a"), Context("b"), Record("c")}},
        Dispute{"SomebodyWasBuildingBefore", {Busy(Record("x"))}, {Record("x"), Context("a"), Record("b")}}),
    [](const auto& param) { return param.param.name; });

TEST(CacheClaim, WithoutABuildOfOursNothingIs) {
  EXPECT_TRUE(ClaimNew(OpenWindow({}, {}), {Record("a")}).empty());
}

TEST(CacheClaim, OursThatIsInUseYetIsNobodyElsesBuild) {
  auto window = OpenWindow({Busy(Record("ours"))}, {"ours"});
  window.contexts = 1;
  EXPECT_EQ(ClaimNew(window, {Record("ours"), Context("a")}), (CacheIds{"a"}));
}

}  // namespace
}  // namespace edm::worker
