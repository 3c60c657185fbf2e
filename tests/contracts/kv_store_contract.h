#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/ports/kv_store.h"

namespace edm {

// What every KvStore promises. Make returns an empty store, or one in whose keys "t/" is empty.
using MakeKvStore = std::function<std::unique_ptr<KvStore>()>;

class KvStoreContract : public testing::TestWithParam<MakeKvStore> {
 protected:
  static KvOp Put(std::string key, std::string value, std::optional<KvRevision> expected = std::nullopt) {
    return {KvOp::Kind::kPut, std::move(key), std::move(value), expected};
  }
  static KvOp Delete(std::string key, std::optional<KvRevision> expected = std::nullopt) {
    return {KvOp::Kind::kDelete, std::move(key), "", expected};
  }
  static KvOp Check(std::string key, KvRevision expected) {
    return {KvOp::Kind::kCheck, std::move(key), "", expected};
  }

  // "key=value key=value", in the order listed.
  std::string Listed(const std::string& prefix) {
    const auto snapshot = store_->List(prefix);
    if (!snapshot.ok()) return ToString(snapshot.error());
    std::string text;
    for (const auto& entry : snapshot->entries)
      text += (text.empty() ? "" : " ") + entry.key + "=" + entry.value;
    return text;
  }
  KvRevision RevisionOf(const std::string& key) {
    const auto entry = store_->Get(key);
    return entry.ok() && *entry ? (*entry)->revision : 0;
  }
  Status Write(std::vector<KvOp> ops) { return store_->Transact(ops); }

  std::unique_ptr<KvStore> store_ = GetParam()();
};

TEST_P(KvStoreContract, HasNothingAtFirst) {
  const auto entry = store_->Get("t/a");
  ASSERT_TRUE(entry.ok()) << ToString(entry.error());
  EXPECT_FALSE(entry->has_value());
  EXPECT_EQ(Listed("t/"), "");
}

TEST_P(KvStoreContract, GivesBackWhatWasPut) {
  ASSERT_TRUE(Write({Put("t/a", "1")}).ok());
  const auto entry = store_->Get("t/a");
  ASSERT_TRUE(entry.ok() && *entry);
  EXPECT_EQ((*entry)->key, "t/a");
  EXPECT_EQ((*entry)->value, "1");
  EXPECT_GT((*entry)->revision, 0U);
}

TEST_P(KvStoreContract, KeepsBinaryAndEmptyValues) {
  std::string binary;
  for (int i = 0; i < 256; ++i) binary += static_cast<char>(i);
  ASSERT_TRUE(Write({Put("t/binary", binary), Put("t/empty", "")}).ok());
  EXPECT_EQ((**store_->Get("t/binary")).value, binary);
  ASSERT_TRUE(store_->Get("t/empty")->has_value());
  EXPECT_EQ((**store_->Get("t/empty")).value, "");
}

TEST_P(KvStoreContract, KeepsKeysOfAnyPrintableForm) {
  const std::string key = "t/a b?c#d%2F&e=\"f\"/..g\\'<>{}|^~;:@+,$!*()";
  ASSERT_TRUE(Write({Put(key, "1")}).ok());
  ASSERT_TRUE(store_->Get(key)->has_value());
  EXPECT_EQ(Listed("t/a b?c#"), key + "=1");
  ASSERT_TRUE(Write({Delete(key)}).ok());
  EXPECT_FALSE(store_->Get(key)->has_value());
}

TEST_P(KvStoreContract, ListsAPrefixInOrderAndNothingBesideIt) {
  ASSERT_TRUE(
      Write({Put("t/b/2", "x"), Put("t/a", "x"), Put("t/b/10", "x"), Put("t/b", "x"), Put("t/c", "x")}).ok());
  EXPECT_EQ(Listed("t/b/"), "t/b/10=x t/b/2=x");
  EXPECT_EQ(Listed("t/b"), "t/b=x t/b/10=x t/b/2=x");
  EXPECT_EQ(Listed("t/"), "t/a=x t/b=x t/b/10=x t/b/2=x t/c=x");
  EXPECT_EQ(Listed("t/none"), "");
}

TEST_P(KvStoreContract, GrowsARevisionWithEachChange) {
  ASSERT_TRUE(Write({Put("t/a", "1")}).ok());
  const auto first = RevisionOf("t/a");
  ASSERT_TRUE(Write({Put("t/b", "1")}).ok());
  EXPECT_EQ(RevisionOf("t/a"), first);
  ASSERT_TRUE(Write({Put("t/a", "2")}).ok());
  const auto second = RevisionOf("t/a");
  EXPECT_GT(second, first);
  ASSERT_TRUE(Write({Delete("t/a")}).ok());
  EXPECT_EQ(RevisionOf("t/a"), 0U);
  ASSERT_TRUE(Write({Put("t/a", "3")}).ok());
  EXPECT_GT(RevisionOf("t/a"), second);
}

TEST_P(KvStoreContract, PutsOnlyAtTheExpectedRevision) {
  ASSERT_TRUE(Write({Put("t/a", "1", 0)}).ok());
  const auto again = Write({Put("t/a", "2", 0)});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, Code::kAborted);
  EXPECT_NE(again.error().object.find("t/a"), std::string::npos);
  const auto revision = RevisionOf("t/a");
  EXPECT_TRUE(Write({Put("t/a", "2", revision)}).ok());
  EXPECT_EQ(Write({Put("t/a", "3", revision)}).error().code, Code::kAborted);
  EXPECT_EQ(Write({Put("t/none", "3", revision)}).error().code, Code::kAborted);
  EXPECT_EQ(Listed("t/"), "t/a=2");
}

TEST_P(KvStoreContract, DeletesOnlyAtTheExpectedRevision) {
  ASSERT_TRUE(Write({Put("t/a", "1")}).ok());
  const auto revision = RevisionOf("t/a");
  EXPECT_EQ(Write({Delete("t/a", revision + 1)}).error().code, Code::kAborted);
  EXPECT_EQ(Write({Delete("t/a", 0)}).error().code, Code::kAborted);
  EXPECT_EQ(Listed("t/"), "t/a=1");
  EXPECT_TRUE(Write({Delete("t/a", revision)}).ok());
  EXPECT_TRUE(Write({Delete("t/a", 0)}).ok());
  EXPECT_TRUE(Write({Delete("t/a")}).ok());
  EXPECT_EQ(Listed("t/"), "");
}

TEST_P(KvStoreContract, ChecksWithoutChanging) {
  ASSERT_TRUE(Write({Put("t/a", "1")}).ok());
  const auto revision = RevisionOf("t/a");
  EXPECT_TRUE(Write({Check("t/a", revision), Check("t/b", 0), Put("t/c", "1")}).ok());
  EXPECT_EQ(RevisionOf("t/a"), revision);
  EXPECT_EQ(Write({Check("t/a", revision + 1), Put("t/d", "1")}).error().code, Code::kAborted);
  EXPECT_EQ(Write({Check("t/a", 0), Put("t/d", "1")}).error().code, Code::kAborted);
  EXPECT_EQ(Write({Put("t/d", "1"), Check("t/b", revision)}).error().code, Code::kAborted);
  EXPECT_EQ(Listed("t/"), "t/a=1 t/c=1");
}

TEST_P(KvStoreContract, WritesAllOrNothing) {
  ASSERT_TRUE(Write({Put("t/a", "1"), Put("t/b", "1")}).ok());
  const auto refused = Write({Put("t/a", "2"), Delete("t/b"), Put("t/new", "2"), Put("t/b", "2", 999'999)});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kAborted);
  EXPECT_EQ(Listed("t/"), "t/a=1 t/b=1");
}

TEST_P(KvStoreContract, AppliesOperationsInTheirOrder) {
  ASSERT_TRUE(Write({Put("t/a", "1"), Delete("t/a"), Put("t/b", "1"), Put("t/b", "2")}).ok());
  EXPECT_EQ(Listed("t/"), "t/b=2");
}

TEST_P(KvStoreContract, TakesAsManyOperationsAsItSaysAndNoMore) {
  const auto limits = store_->limits();
  ASSERT_GE(limits.ops, KvStore::kOpsMax);
  ASSERT_GE(limits.bytes, KvStore::kTransactionBytesMax);
  const std::string value(limits.bytes / limits.ops - 100, 'x');
  std::vector<KvOp> ops;
  for (std::size_t i = 0; i < limits.ops; ++i) ops.push_back(Put("t/" + std::to_string(10'000 + i), value));
  ASSERT_TRUE(Write(ops).ok());
  EXPECT_EQ(store_->List("t/")->entries.size(), limits.ops);
  ops.push_back(Put("t/more", "x"));
  EXPECT_EQ(Write(ops).error().code, Code::kResourceExhausted);
}

TEST_P(KvStoreContract, RefusesWhatIsTooLargeOrHasNoName) {
  const auto most = store_->limits().bytes;
  EXPECT_EQ(Write({Put("t/a", std::string(most, 'x'))}).error().code, Code::kResourceExhausted);
  ASSERT_TRUE(Write({Put("t/a", std::string(most - 3, '\xff'))}).ok());
  EXPECT_EQ((**store_->Get("t/a")).value.size(), most - 3);
  for (const auto& key :
       {std::string(), std::string("t/\0x", 4), std::string("t/\n"), "t/" + std::string(600, 'k'),
        std::string("t/../a"), std::string("t//a"), std::string("/t"), std::string("t/./a")}) {
    EXPECT_EQ(Write({Put(key, "x")}).error().code, Code::kInvalidArgument);
  }
}

TEST_P(KvStoreContract, WatchReturnsAtOnceWhenThereIsNews) {
  ASSERT_TRUE(Write({Put("t/a", "1")}).ok());
  const auto seen = store_->List("t/")->revision;
  ASSERT_TRUE(Write({Put("t/a", "2")}).ok());
  const auto begin = std::chrono::steady_clock::now();
  const auto news = store_->Watch("t/", seen, Millis(10'000));
  ASSERT_TRUE(news.ok()) << ToString(news.error());
  EXPECT_EQ(news->entries.at(0).value, "2");
  EXPECT_GT(news->revision, seen);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(2'000));
}

TEST_P(KvStoreContract, WatchWakesForPutsAndDeletes) {
  ASSERT_TRUE(Write({Put("t/w/a", "1"), Put("t/w/b", "1")}).ok());
  for (const bool deletes : {false, true}) {
    const auto seen = store_->List("t/w/")->revision;
    auto waiting =
        std::async(std::launch::async, [&] { return store_->Watch("t/w/", seen, Millis(10'000)); });
    std::this_thread::sleep_for(Millis(50));
    ASSERT_TRUE(Write({deletes ? Delete("t/w/a") : Put("t/w/a", "2")}).ok());
    const auto begin = std::chrono::steady_clock::now();
    const auto news = waiting.get();
    ASSERT_TRUE(news.ok()) << ToString(news.error());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(2'000));
    EXPECT_EQ(news->entries.size(), deletes ? 1U : 2U);
  }
}

TEST_P(KvStoreContract, WatchSeesNothingMissedBetweenTwoCalls) {
  auto seen = store_->List("t/m/")->revision;
  std::jthread writer([&] {
    for (int i = 1; i <= 100; ++i) EXPECT_TRUE(Write({Put("t/m/n", std::to_string(i))}).ok());
  });
  std::string value;
  for (int calls = 0; calls < 300 && value != "100"; ++calls) {
    const auto news = store_->Watch("t/m/", seen, Millis(2'000));
    ASSERT_TRUE(news.ok());
    EXPECT_GE(news->revision, seen);
    seen = news->revision;
    if (!news->entries.empty()) value = news->entries[0].value;
  }
  EXPECT_EQ(value, "100");
}

TEST_P(KvStoreContract, WatchEndsAfterItsTimeWithWhatIsThere) {
  ASSERT_TRUE(Write({Put("t/a", "1")}).ok());
  auto seen = store_->List("t/")->revision;
  const auto begin = std::chrono::steady_clock::now();
  const auto same = store_->Watch("t/", seen, Millis(300));
  ASSERT_TRUE(same.ok()) << ToString(same.error());
  EXPECT_EQ(same->entries.size(), 1U);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, Millis(250));
}

TEST_P(KvStoreContract, WatchOfAnEmptyPrefixWakesForItsFirstEntry) {
  const auto seen = store_->List("t/first/")->revision;
  auto waiting =
      std::async(std::launch::async, [&] { return store_->Watch("t/first/", seen, Millis(10'000)); });
  std::this_thread::sleep_for(Millis(50));
  ASSERT_TRUE(Write({Put("t/first/a", "1")}).ok());
  auto news = waiting.get();
  ASSERT_TRUE(news.ok());
  EXPECT_EQ(news->entries.size(), 1U);
}

TEST_P(KvStoreContract, LosesNoIncrementAmongManyWriters) {
  ASSERT_TRUE(Write({Put("t/n", "0")}).ok());
  std::vector<std::jthread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      for (int done = 0; done < 25;) {
        const auto entry = **store_->Get("t/n");
        const auto written = Write({Put("t/n", std::to_string(std::stoi(entry.value) + 1), entry.revision)});
        if (written.ok()) {
          ++done;
        } else {
          ASSERT_EQ(written.error().code, Code::kAborted) << ToString(written.error());
        }
      }
    });
  }
  writers.clear();
  EXPECT_EQ(Listed("t/n"), "t/n=100");
}

}  // namespace edm
