#include <gtest/gtest.h>

#include <algorithm>

#include "worker/adapters/directory/catalog_entry.h"

namespace edm::worker {
namespace {

using Tags = std::vector<std::string>;

const CatalogSelf kSelf{"w1", "10.0.0.1", "203.0.113.1"};

Published OneService() {
  return {{{.service = "web", .container_port = 8000, .address = "203.0.113.1", .port = 20'001}}, {}};
}

// The tags of what is listed under a name, entry by entry.
std::vector<Tags> Under(const std::vector<CatalogEntry>& entries, const std::string& name) {
  std::vector<Tags> tags;
  for (const auto& one : entries) {
    if (one.name == name) tags.push_back(one.tags);
  }
  return tags;
}

TEST(Catalog, ListsAnInstanceUnderItsNameAndThatOfItsService) {
  const auto entries = EntriesOf(kSelf, "shop", OneService());
  EXPECT_EQ(entries.size(), 2U);
  EXPECT_EQ(Under(entries, "web.shop"), (std::vector<Tags>{{}}));
  EXPECT_EQ(Under(entries, "shop"), (std::vector<Tags>{{"web"}}));
}

TEST(Catalog, ListsAMemberUnderItsOwnNameAndThatOfAllMembers) {
  const auto entries = EntriesOf(kSelf, "shop_2", OneService());
  EXPECT_EQ(entries.size(), 4U);
  EXPECT_EQ(Under(entries, "web.shop_2"), (std::vector<Tags>{{}}));
  EXPECT_EQ(Under(entries, "shop_2"), (std::vector<Tags>{{"web"}}));
  EXPECT_EQ(Under(entries, "web.shop"), (std::vector<Tags>{{}}));
  EXPECT_EQ(Under(entries, "shop"), (std::vector<Tags>{{"web", "2"}}));
}

// Two members may be on one machine: neither takes the other's entry, and each goes alone.
TEST(Catalog, GivesTheEntriesOfTwoMembersIdsOfTheirOwn) {
  auto all = EntriesOf(kSelf, "shop_1", OneService());
  for (auto& one : EntriesOf(kSelf, "shop_12", OneService())) all.push_back(std::move(one));
  std::vector<std::string> ids;
  for (const auto& one : all) ids.push_back(one.id);
  std::ranges::sort(ids);
  EXPECT_EQ(std::ranges::unique(ids).size(), 0U);
  EXPECT_EQ(std::ranges::count_if(ids, [](const auto& id) { return id.starts_with("edm.shop_1."); }), 4);
}

}  // namespace
}  // namespace edm::worker
