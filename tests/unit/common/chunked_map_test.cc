#include "common/base/chunked_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <thread>

namespace edm {
namespace {

using Plain = std::map<std::string, int>;

Plain Content(const ChunkedMap<int>& map) { return {map.begin(), map.end()}; }

bool IsInOrder(const ChunkedMap<int>& map) {
  return std::ranges::is_sorted(map, {}, [](const auto& entry) { return entry.first; });
}

// Changes both alike, growing first and shrinking towards the end.
void ChangeBoth(ChunkedMap<int>& map, Plain& plain, std::mt19937& random, bool grows) {
  const auto key = std::to_string(random() % 2'000);
  const auto value = static_cast<int>(random() % 1'000);
  if (random() % 10 < (grows ? 8U : 2U)) {
    map.Put(key, value);
    plain[key] = value;
  } else {
    map.Erase(key);
    plain.erase(key);
  }
}

TEST(ChunkedMap, HoldsWhatAPlainMapHoldsAndItsCopiesNeverChange) {
  std::mt19937 random(1);
  ChunkedMap<int> map;
  Plain plain;
  std::vector<std::pair<ChunkedMap<int>, Plain>> copies;
  for (int step = 0; step < 20'000; ++step) {
    ChangeBoth(map, plain, random, step < 10'000);
    if (step % 500 == 0) copies.emplace_back(map.Share(), plain);
    ASSERT_EQ(map.size(), plain.size());
  }
  EXPECT_EQ(Content(map), plain);
  EXPECT_TRUE(IsInOrder(map));
  for (const auto& [copy, then] : copies) EXPECT_EQ(Content(copy), then);
}

TEST(ChunkedMap, FindsAsAPlainMapDoes) {
  std::mt19937 random(2);
  ChunkedMap<int> map;
  Plain plain;
  for (int step = 0; step < 1'500; ++step) ChangeBoth(map, plain, random, true);
  for (int number = -1; number < 2'001; ++number) {
    const auto key = std::to_string(number);
    const auto at = map.lower_bound(key);
    const auto wanted = plain.lower_bound(key);
    ASSERT_EQ(at == map.end(), wanted == plain.end()) << key;
    if (at != map.end()) {
      ASSERT_EQ(at->first, wanted->first);
    }
    ASSERT_EQ(map.contains(key), plain.contains(key)) << key;
    const auto after = map.upper_bound(key);
    if (after != map.end()) {
      ASSERT_EQ(after->first, plain.upper_bound(key)->first);
    }
  }
}

TEST(ChunkedMap, IsEmptyAtFirstAndAtLast) {
  ChunkedMap<int> map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find("a"), map.end());
  map.Erase("a");
  map.Put("a", 1);
  EXPECT_EQ(map.find("a")->second, 1);
  map.Erase("a");
  EXPECT_EQ(map.begin(), map.end());
}

TEST(ChunkedMap, IsReadElsewhereWhileItsWriterGoesOn) {
  ChunkedMap<int> map;
  for (int number = 0; number < 1'000; ++number) map.Put(std::to_string(number), 0);
  const auto copy = map.Share();
  std::jthread reader([&] {
    for (int round = 0; round < 50; ++round) {
      for (const auto& [key, value] : copy) EXPECT_EQ(value, 0) << key;
    }
  });
  for (int number = 0; number < 1'000; ++number) map.Put(std::to_string(number), 1);
  EXPECT_EQ(map.find("999")->second, 1);
}

}  // namespace
}  // namespace edm
