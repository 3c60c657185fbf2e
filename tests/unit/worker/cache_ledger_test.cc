#include "worker/adapters/disk/cache_ledger.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/worker/fake_disks.h"

namespace edm::worker {
namespace {

class Ledger : public ::testing::Test {
 protected:
  void BuildOne(CacheLedger& ledger, const std::string& id) {
    ledger.Begin(1);
    engine_.Add(id + "-context", 10, "regular", "http url http://build-context-" + id);
    engine_.Add(id, 10);
    ledger.End();
    static_cast<void>(ledger.Records());
  }
  static CacheIds OursOf(CacheLedger& ledger) { return ledger.Records()->ours; }

  TemporaryFolder folder_;
  const std::string file_ = folder_.path() + "/build-cache.json";
  FakeEngineDisk engine_;
};

TEST_F(Ledger, OurBuildsAreKnownAndOthersAreNot) {
  CacheLedger ledger(engine_, file_);
  engine_.Add("theirs", 5);
  BuildOne(ledger, "a");
  engine_.Add("theirs-too", 5);
  EXPECT_EQ(OursOf(ledger), (CacheIds{"a", "a-context"}));
  BuildOne(ledger, "b");
  EXPECT_EQ(OursOf(ledger), (CacheIds{"a", "a-context", "b", "b-context"}));
}

TEST_F(Ledger, WhatIsGoneIsForgotten) {
  CacheLedger ledger(engine_, file_);
  BuildOne(ledger, "a");
  ASSERT_TRUE(engine_.DropCache({"a"}).ok());
  BuildOne(ledger, "b");
  EXPECT_EQ(OursOf(ledger), (CacheIds{"a-context", "b", "b-context"}));
}

TEST_F(Ledger, ItIsKeptOverARestart) {
  {
    CacheLedger ledger(engine_, file_);
    BuildOne(ledger, "a");
  }
  engine_.Add("theirs", 5);
  CacheLedger ledger(engine_, file_);
  EXPECT_EQ(OursOf(ledger), (CacheIds{"a", "a-context"}));
}

TEST_F(Ledger, WhatABuildLeftThatAKillBrokeOffIsOurs) {
  {
    CacheLedger ledger(engine_, file_);
    engine_.Add("theirs", 5);
    ledger.Begin(1);
    engine_.Add("context", 10, "regular", "http url http://build-context-x");
  }
  CacheLedger ledger(engine_, file_);
  EXPECT_EQ(OursOf(ledger), (CacheIds{"context"}));
  engine_.Add("theirs-too", 5);
  EXPECT_EQ(OursOf(ledger), (CacheIds{"context"}));
}

TEST_F(Ledger, WhatAnEndedBuildHasInUseIsWaitedFor) {
  CacheLedger ledger(engine_, file_);
  ledger.Begin(1);
  engine_.Add("step", 10);
  engine_.cache.back().is_in_use = true;
  ledger.End();
  EXPECT_EQ(OursOf(ledger), (CacheIds{"step"}));
  engine_.cache.back().is_in_use = false;
  engine_.Add("last-step", 10);
  EXPECT_EQ(OursOf(ledger), (CacheIds{"step", "last-step"}));
  engine_.Add("theirs", 5);
  EXPECT_EQ(OursOf(ledger), (CacheIds{"step", "last-step"}));
}

TEST_F(Ledger, BuildsAtOnceShareWhatTheyLeave) {
  CacheLedger ledger(engine_, file_);
  ledger.Begin(1);
  BuildOne(ledger, "quick");
  EXPECT_EQ(OursOf(ledger), (CacheIds{"quick", "quick-context"}));
  engine_.Add("slow", 10);
  engine_.Add("slow-context", 10, "regular", "http url http://build-context-slow");
  ledger.End();
  EXPECT_EQ(OursOf(ledger).size(), 4U);
}

TEST_F(Ledger, ABuildThatIsExpectedNeedsNoLookWhenItBegins) {
  CacheLedger ledger(engine_, file_);
  engine_.Add("theirs", 5);
  ledger.Expect();
  static_cast<void>(ledger.Records());
  engine_.failure = Error{Code::kUnavailable, "engine", "asked again"};
  ledger.Begin(1);
  engine_.failure.reset();
  engine_.Add("a", 10);
  ledger.End();
  EXPECT_EQ(OursOf(ledger), (CacheIds{"a"}));
}

TEST_F(Ledger, WhatComesBeforeAnExpectedBuildIsNotOurs) {
  CacheLedger ledger(engine_, file_);
  ledger.Expect();
  static_cast<void>(ledger.Records());
  engine_.Add("theirs", 5);
  EXPECT_TRUE(OursOf(ledger).empty());
  engine_.Add("theirs-too", 5);
  ledger.Expect();
  BuildOne(ledger, "a");
  EXPECT_EQ(OursOf(ledger), (CacheIds{"a", "a-context"}));
}

TEST_F(Ledger, WithoutTheEnginesWordNothingIsOurs) {
  CacheLedger ledger(engine_, file_);
  engine_.failure = Error{Code::kUnavailable, "engine", "away"};
  BuildOne(ledger, "a");
  EXPECT_FALSE(ledger.Records().ok());
  engine_.failure.reset();
  EXPECT_TRUE(OursOf(ledger).empty());
}

TEST_F(Ledger, AFileThatSaysNothingIsAnEmptyOne) {
  std::ofstream(file_) << "{\"ours\": [1, ";
  CacheLedger ledger(engine_, file_);
  BuildOne(ledger, "a");
  EXPECT_EQ(OursOf(ledger), (CacheIds{"a", "a-context"}));
}

}  // namespace
}  // namespace edm::worker
