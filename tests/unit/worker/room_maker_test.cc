#include "worker/adapters/disk/room_maker.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/worker/fake_disks.h"
#include "tests/fakes/worker/fake_source_store.h"
#include "tests/fakes/worker/memory_event_log.h"
#include "tests/fakes/worker/memory_release_files.h"
#include "worker/adapters/disk/disk_survey.h"

namespace edm::worker {
namespace {

class RoomMakerTest : public ::testing::Test {
 protected:
  // Records that builds of this worker left; each frees its bytes when it goes.
  void Build(const std::vector<std::pair<std::string, std::uint64_t>>& records) {
    room_.BuildsBegin(1);
    for (const auto& [id, bytes] : records) {
      engine_.Add(id, bytes, "regular", "fileop target", clock_.Now());
      clock_.Advance(Millis(1));
    }
    room_.BuildsEnd();
  }
  static StoredThing Checkout(const std::string& instance, std::uint32_t release, std::uint64_t bytes) {
    StoredThing checkout;
    checkout.name = instance + "/r" + std::to_string(release);
    checkout.instance = instance;
    checkout.number = release;
    checkout.bytes = bytes;
    return checkout;
  }

  std::vector<std::string> said_;
  DiskRoom::Say say_ = [this](std::string_view line) { said_.emplace_back(line); };
  TemporaryFolder folder_;
  const std::string file_ = folder_.path() + "/build-cache.json";
  FakeClock clock_;
  FakeEngineDisk engine_;
  FakeDataFolder data_{engine_};
  FakeSourceStore sources_;
  MemoryReleaseFiles files_;
  MemoryEventLog events_;
  CacheLedger ledger_{engine_, file_};
  RoomMaker room_{{engine_, ledger_, data_, sources_, files_, events_, clock_},
                  {.free_bytes = 1'000,
                   .needed_bytes = 100,
                   .cache_bytes = 10'000,
                   .mirrors_bytes = 500,
                   .checkouts_bytes = 400}};
  DiskSurvey survey_{{engine_, ledger_, data_, room_, clock_}};
};

TEST_F(RoomMakerTest, WithRoomNothingGoes) {
  Build({{"a", 5'000}});
  EXPECT_TRUE(room_.Ensure(say_).ok());
  EXPECT_TRUE(engine_.dropped.empty());
  EXPECT_TRUE(said_.empty());
}

TEST_F(RoomMakerTest, AShortDiskLosesTheCacheOfOurBuildsAndNoneOfOthers) {
  engine_.Add("theirs", 5'000);
  Build({{"a", 300}, {"b", 400}});
  engine_.free_bytes = 400;
  EXPECT_TRUE(room_.Ensure(say_).ok());
  EXPECT_EQ(engine_.dropped, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(engine_.free_bytes, 1'100U);
  ASSERT_EQ(engine_.cache.size(), 1U);
  EXPECT_EQ(engine_.cache[0].id, "theirs");
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_NE(said_[0].find("/engine"), std::string::npos) << said_[0];
  ASSERT_EQ(room_.removed().size(), 1U);
  EXPECT_EQ(room_.removed()[0].bytes, 700U);
}

TEST_F(RoomMakerTest, AnOrderIsRefusedWhereNothingIsLeftToRemove) {
  engine_.Add("theirs", 5'000);
  engine_.free_bytes = 50;
  const auto refused = room_.Ensure(say_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
  EXPECT_EQ(engine_.cache.size(), 1U);
}

TEST_F(RoomMakerTest, AnEngineThatRefusesIsSaidAndNoReasonToFailWhileThereIsEnough) {
  engine_.free_bytes = 400;
  engine_.failure = Error{Code::kUnavailable, "engine", "away"};
  EXPECT_TRUE(room_.Ensure(say_).ok());
  ASSERT_FALSE(said_.empty());
  EXPECT_NE(said_[0].find("away"), std::string::npos);
  EXPECT_TRUE(room_.removed().empty());
}

TEST_F(RoomMakerTest, ADiskThatStaysShortIsNotSweptBeforeEachBuild) {
  engine_.free_bytes = 400;
  EXPECT_TRUE(room_.Ensure(say_).ok());
  Build({{"a", 100}});
  EXPECT_TRUE(room_.Ensure(say_).ok());
  EXPECT_TRUE(engine_.dropped.empty());
  clock_.Advance(RoomMaker::kPassEvery * 2);
  EXPECT_TRUE(room_.Ensure(say_).ok());
  EXPECT_FALSE(engine_.dropped.empty());
}

TEST_F(RoomMakerTest, ADiskThatHadRoomMeanwhileIsSweptSoonAgain) {
  engine_.free_bytes = 50;
  for (int order = 0; order < 8; ++order) EXPECT_FALSE(room_.Ensure(say_).ok());
  engine_.free_bytes = 2'000;
  EXPECT_TRUE(room_.Ensure(say_).ok());
  Build({{"a", 700}});
  engine_.free_bytes = 400;
  clock_.Advance(RoomMaker::kPassEvery);
  EXPECT_TRUE(room_.Ensure(say_).ok());
  EXPECT_EQ(engine_.dropped, std::vector<std::string>{"a"});
}

TEST_F(RoomMakerTest, ADiskThatWasFullLosesAllThatMayGo) {
  Build({{"a", 150}});  // within its budget, and the disk is not short now
  EXPECT_TRUE(room_.Clear(say_));
  EXPECT_TRUE(engine_.cache.empty());
  EXPECT_FALSE(room_.Clear(say_));
}

TEST_F(RoomMakerTest, MirrorsBeyondTheirBudgetAreDropped) {
  StoredThing mirror;
  mirror.name = "instances/shop";
  mirror.bytes = 600;
  mirror.changed = clock_.Now();
  data_.things.mirrors = {mirror};
  CheckoutRequest request{.layers = {{.mirror = "instances/shop", .access = {}}}, .directory = "/x"};
  ASSERT_TRUE(sources_.Checkout(request, {}).ok());
  room_.Sweep(say_);
  EXPECT_TRUE(sources_.mirrors().empty());
}

TEST_F(RoomMakerTest, CheckoutsBeyondTheirBudgetRefuseTheNextOrderUntilSomeAreGone) {
  data_.things.checkouts = {Checkout("shop", 1, 300), Checkout("blog", 1, 300)};
  room_.AskNeeds({[] { return std::set<ReleaseKey>{{"shop", 1}, {"blog", 1}}; }, nullptr});
  EXPECT_TRUE(room_.Ensure(say_).ok());  // not measured yet
  room_.Sweep(say_);
  EXPECT_FALSE(room_.Ensure(say_).ok());
  data_.things.checkouts.pop_back();
  EXPECT_TRUE(room_.Ensure(say_).ok());
}

TEST_F(RoomMakerTest, ACheckoutOfNobodyGoesUnlessAnOrderHasComeForIt) {
  ASSERT_TRUE(files_.WriteFinal("gone", 1, "{}", {}).ok());
  data_.things.checkouts = {Checkout("gone", 1, 300)};
  clock_.Advance(Millis(24LL * 3'600'000));
  room_.Sweep(say_);
  EXPECT_TRUE(room_.removed().empty()) << "who needs what is not known yet";
  int asked = 0;
  room_.AskNeeds({[&asked] {
                    return asked++ == 0 ? std::set<ReleaseKey>() : std::set<ReleaseKey>{{"gone", 1}};
                  },
                  nullptr});
  room_.Sweep(say_);
  EXPECT_TRUE(room_.removed().empty());
  room_.AskNeeds({[] { return std::set<ReleaseKey>(); }, nullptr});
  room_.Sweep(say_);
  EXPECT_EQ(room_.removed().size(), 1U);
}

TEST_F(RoomMakerTest, ASurveyIsKeptForAWhileAndTellsWhatWentMeanwhile) {
  data_.things.other_bytes = 1;
  Build({{"a", 10}});
  EXPECT_EQ(survey_.Usage().uses.back().bytes, 1U);
  data_.things.other_bytes = 2;
  room_.Clear(say_);
  EXPECT_EQ(survey_.Usage().uses.back().bytes, 1U);
  EXPECT_EQ(survey_.Usage().removed.size(), 1U);
  clock_.Advance(DiskSurvey::kKept);
  EXPECT_EQ(survey_.Usage().uses.back().bytes, 2U);
}

TEST_F(RoomMakerTest, ASurveyWithoutTheEngineTellsTheRest) {
  engine_.failure = Error{Code::kDeadlineExceeded, "engine", "too slow"};
  const auto disk = survey_.Usage();
  ASSERT_TRUE(disk.failure.has_value());
  EXPECT_EQ(disk.places.front().path, "/data");
}

}  // namespace
}  // namespace edm::worker
