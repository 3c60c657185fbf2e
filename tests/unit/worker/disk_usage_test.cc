#include <gtest/gtest.h>

#include <algorithm>

#include "worker/core/disk/usage.h"

namespace edm::worker {
namespace {

EngineObject Object(const std::string& instance, std::optional<std::uint64_t> bytes,
                    std::uint64_t shared_bytes = 0) {
  EngineObject object;
  object.instance = instance;
  object.bytes = bytes;
  object.shared_bytes = shared_bytes;
  return object;
}

const DiskUse* Find(const std::vector<DiskUse>& uses, const std::string& kind) {
  const auto found = std::ranges::find(uses, kind, &DiskUse::kind);
  return found == uses.end() ? nullptr : &*found;
}

TEST(DiskUsage, SharedLayersAreNotCountedForEachImage) {
  EngineObjects engine;
  engine.images = {Object("shop", 10, 100), Object("shop", 20, 100), Object("", 5, 100)};
  const auto disk = Summarize(engine, {}, {}, {});
  const auto* images = Find(disk.uses, "images");
  ASSERT_NE(images, nullptr);
  EXPECT_EQ(*images, (DiskUse{"images", 2, 30, 100}));
  EXPECT_EQ(disk.foreign, (std::vector<DiskUse>{{"images", 1, 5, 100}}));
}

TEST(DiskUsage, OfTheCacheOfBuildsOursAndOthersAreToldApart) {
  const auto record = [](const std::string& id, std::uint64_t bytes, bool is_shared) {
    return CacheRecord{.id = id,
                       .parents = {},
                       .kind = "regular",
                       .description = "",
                       .bytes = bytes,
                       .is_shared = is_shared,
                       .used_at = {}};
  };
  const auto disk =
      Summarize({}, {record("a", 10, false), record("b", 90, true), record("c", 7, false)}, {"a", "b"}, {});
  EXPECT_EQ(*Find(disk.uses, "build-cache"), (DiskUse{"build-cache", 2, 10, std::nullopt}));
  EXPECT_EQ(disk.foreign, (std::vector<DiskUse>{{"build-cache", 1, 7, std::nullopt}}));
}

TEST(DiskUsage, WhatIsNotKnownOfOneIsNotKnownOfAll) {
  EngineObjects engine;
  engine.volumes = {Object("shop", 10), Object("shop", std::nullopt), Object("blog", 7)};
  const auto disk = Summarize(engine, {}, {}, {});
  EXPECT_EQ(Find(disk.uses, "volumes")->bytes, std::nullopt);
  ASSERT_EQ(disk.instances.size(), 2U);
  EXPECT_EQ(disk.instances[0].instance, "blog");  // of the other nothing is known
  EXPECT_EQ(disk.instances[0].uses[0].bytes, 7U);
}

TEST(DiskUsage, ATrialBelongsToItsInstanceAndTheLargestComesFirst) {
  EngineObjects engine;
  engine.containers = {Object("shop_trial", 50), Object("blog", 40)};
  engine.containers[0].log_bytes = 3;
  engine.containers[1].log_bytes = 4;
  StoredThings stored;
  stored.checkouts.resize(1);
  stored.checkouts[0].instance = "shop";
  stored.checkouts[0].bytes = 1;
  stored.mirrors.resize(1);  // a template's: of no instance
  stored.mirrors[0].bytes = 9;
  stored.other_bytes = 11;
  const auto disk = Summarize(engine, {}, {}, stored);
  ASSERT_EQ(disk.instances.size(), 2U);
  EXPECT_EQ(disk.instances[0].instance, "shop");
  EXPECT_EQ(Find(disk.instances[0].uses, "container-logs")->bytes, 3U);
  EXPECT_EQ(Find(disk.uses, "mirrors")->bytes, 9U);
  EXPECT_EQ(Find(disk.uses, "state")->bytes, 11U);
  EXPECT_EQ(Find(disk.uses, "container-logs")->bytes, 7U);
}

}  // namespace
}  // namespace edm::worker
