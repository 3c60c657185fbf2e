#include "master/adapters/seat/seat.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "common/adapters/kv/memory_kv_store.h"
#include "common/adapters/system/system_clock.h"
#include "common/adapters/system/thread_pool.h"
#include "common/rpc/redirect.h"
#include "master/adapters/event_log/file_event_log.h"
#include "master/adapters/state/keys.h"
#include "tests/fakes/fake_leader_lock.h"
#include "tests/fakes/master/fake_git_server.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::master {
namespace {

constexpr Millis kTtl{200};
constexpr Millis kSoon{10'000};

// What masters share.
struct World {
  MemoryKvStore store;
  std::shared_ptr<FakeLockService> locks = std::make_shared<FakeLockService>();
  FakeGitServer git;
  SystemClock clock;
  TemporaryFolder folder;
};

// One master, as far as leading goes.
struct Candidate {
  Candidate(World& in, const std::string& own_name)
      : world(in),
        name(own_name),
        sealer(Sealer::Open(in.folder.path() + "/seal.key").value()),
        log(FileEventLog::Open(in.folder.path() + "/" + own_name).value()),
        pool(ThreadPool::Options{"test", 4, 4'096}),
        lock(in.locks),
        seat({.lock = lock,
              .ttl = kTtl,
              .self = {own_name, own_name + ":8800", "http://" + own_name, own_name + ":8801"},
              .term = {in.store, sealer, *log, in.git, pool, in.clock, identity, [] { return Ok(); }, {}},
              .pool = pool,
              .on_lead = [](Cluster&) { return Ok(); },
              .on_change = [] {},
              .tell = [](const std::string&) {}}) {}
  ~Candidate() { seat.Stop(); }

  Status Start() { return seat.Start(kSoon); }

  Result<Accepted> Create(const std::string& id) {
    CreateInstance create;
    create.instance = {.id = id, .owner = "default", .project = id};
    const auto answer = std::make_shared<std::promise<Result<Accepted>>>();
    auto future = answer->get_future();
    seat.Submit(create, [answer](Result<Accepted> accepted) { answer->set_value(std::move(accepted)); });
    return future.get();
  }
  bool Sees(const std::string& id) const { return seat.View()->instances.Find(id) != nullptr; }

  World& world;
  const std::string name;
  Sealer sealer;
  std::unique_ptr<FileEventLog> log;
  ThreadPool pool;
  FakeLeaderLock lock;
  rpc::Identity identity;
  Seat seat;
};

bool Eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + kSoon;
  while (std::chrono::steady_clock::now() < until) {
    if (holds()) return true;
    std::this_thread::sleep_for(Millis(5));
  }
  return false;
}

TEST(Seat, OneLeadsAndTheOtherFollowsAndSeesWhatItDid) {
  World world;
  Candidate one(world, "m1");
  ASSERT_TRUE(one.Start().ok());
  ASSERT_TRUE(one.seat.leads());
  Candidate two(world, "m2");
  ASSERT_TRUE(two.Start().ok());
  EXPECT_FALSE(two.seat.leads());
  EXPECT_EQ(two.seat.Now().leader->name, "m1");
  EXPECT_EQ(two.seat.Now().role, Standing::Role::kFollower);
  ASSERT_TRUE(one.Create("shop").ok());
  EXPECT_TRUE(Eventually([&] { return two.Sees("shop"); }));
  EXPECT_EQ(two.seat.View()->epoch, one.seat.View()->epoch);
}

TEST(Seat, AFollowerRefusesChangesAndNamesTheLeader) {
  World world;
  Candidate one(world, "m1");
  ASSERT_TRUE(one.Start().ok());
  Candidate two(world, "m2");
  ASSERT_TRUE(two.Start().ok());
  const auto refused = two.Create("shop");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_EQ(rpc::LeaderIn(refused.error()), "m1:8801");
}

TEST(Seat, WhatPassedThroughIsSeenByWhoReadsNext) {
  World world;
  Candidate one(world, "m1");
  ASSERT_TRUE(one.Start().ok());
  Candidate two(world, "m2");
  ASSERT_TRUE(two.Start().ok());
  for (int i = 0; i < 20; ++i) {
    const auto id = "shop-" + std::to_string(i);
    ASSERT_TRUE(one.Create(id).ok());
    two.seat.Passed();
    std::promise<bool> sees;
    two.seat.WhenFresh([&] { sees.set_value(two.Sees(id)); });
    EXPECT_TRUE(sees.get_future().get()) << id;
  }
}

TEST(Seat, TheNextOneLeadsAtOnceWhenTheLeaderStopsAndKnowsAll) {
  World world;
  auto one = std::make_unique<Candidate>(world, "m1");
  ASSERT_TRUE(one->Start().ok());
  Candidate two(world, "m2");
  ASSERT_TRUE(two.Start().ok());
  ASSERT_TRUE(one->Create("shop").ok());
  const auto epoch = one->seat.View()->epoch;
  one.reset();
  ASSERT_TRUE(Eventually([&] { return two.seat.leads(); }));
  EXPECT_GT(two.seat.View()->epoch, epoch);
  EXPECT_TRUE(two.Sees("shop"));
  EXPECT_TRUE(two.Create("store").ok());
}

// The lock is lost and the next epoch taken without the leader's knowledge, as while it slept.
TEST(Seat, ADeposedLeaderStoresNothingAndStepsDown) {
  World world;
  Candidate one(world, "m1");
  ASSERT_TRUE(one.Start().ok());
  ASSERT_TRUE(TakeEpoch(world.store).ok());
  const auto refused = one.Create("shop");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_FALSE(world.store.Get(keys::Spec("shop")).value().has_value());
  // It campaigns anew, and leads again with what is stored.
  ASSERT_TRUE(Eventually([&] { return one.seat.leads() && one.Create("store").ok(); }));
  EXPECT_FALSE(one.Sees("shop"));
}

TEST(Seat, ALeaderThatCannotBeConfirmedRefusesChangesAndAnswersReads) {
  World world;
  Candidate one(world, "m1");
  ASSERT_TRUE(one.Start().ok());
  ASSERT_TRUE(one.Create("shop").ok());
  const auto epoch = one.seat.View()->epoch;
  world.locks->SetAway(true);
  ASSERT_TRUE(Eventually([&] { return !one.seat.leads(); }));
  const auto refused = one.Create("store");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_NE(ToString(refused.error()).find("it is away"), std::string::npos) << ToString(refused.error());
  EXPECT_TRUE(one.Sees("shop"));
  EXPECT_FALSE(one.seat.electing());
  world.locks->SetAway(false);
  ASSERT_TRUE(Eventually([&] { return one.seat.leads(); }));
  EXPECT_GT(one.seat.View()->epoch, epoch);
  EXPECT_TRUE(one.Create("store").ok());
}

TEST(Seat, AHolderThatShowsNoLifeIsOusted) {
  World world;
  FakeLeaderLock dead(world.locks);
  ASSERT_TRUE(*dead.Take(R"({"name":"m0","cluster":"m0:8801"})"));
  Candidate one(world, "m1");
  ASSERT_TRUE(one.Start().ok());
  EXPECT_TRUE(Eventually([&] { return one.seat.leads(); }));
}

TEST(Seat, OneThatCannotReadTheStateLetsOthersLead) {
  World world;
  Candidate one(world, "m1");
  Candidate two(world, "m2");
  ASSERT_TRUE(two.Start().ok());
  ASSERT_TRUE(
      world.store.Transact({{KvOp::Kind::kPut, std::string(keys::kWorkers) + "w1", "\xff\xff", {}}}).ok());
  EXPECT_FALSE(one.Start().ok());
  EXPECT_TRUE(two.seat.leads());
}

}  // namespace
}  // namespace edm::master
