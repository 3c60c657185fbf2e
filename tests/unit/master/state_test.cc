#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "common/adapters/kv/memory_kv_store.h"
#include "master/adapters/state/codec.h"
#include "master/adapters/state/keys.h"
#include "master/adapters/state/load.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/unit/master/cluster_fixture.h"

namespace edm::master {
namespace {

using ::testing::HasSubstr;

using Entries = std::map<std::string, std::string>;

// What a master keeps, with one of everything in it.
class StoredState : public ::testing::Test {
 protected:
  StoredState() {
    cluster_.AddWorker("w1");
    cluster_.AddInstance("shop");
    (void)cluster_.DeployToRunning();
    CreateToken create;
    create.token = {.id = "t1", .name = "ada", .hash = "h"};
    create.origin = {.actor = "ada", .request_id = "r1"};
    (void)cluster_.Give(create);
    const auto& state = cluster_.state;
    for (const auto& [id, one] : state.instances.all()) {
      Keep(StoredSpec{{id, one}});
      Keep(StoredStatus{{id, one}});
    }
    for (const auto& [id, one] : state.workers.all()) Keep(Stored<WorkerRecord>{id, one});
    for (const auto& [id, one] : state.releases.all()) Keep(Stored<Release>{id, one});
    for (const auto& [id, one] : state.operations.all()) Keep(Stored<OperationRecord>{id, one});
    for (const auto& [id, one] : state.tokens.all()) Keep(Stored<TokenRecord>{id, one});
    for (const auto& [id, one] : state.requests.all()) Keep(Stored<RequestRecord>{id, one});
  }
  void Keep(const Change& change) {
    const auto op = Encode(change, sealer_);
    kept_[op.key] = op.value;
  }

  // As a master that starts reads it.
  Result<State> Load(const Entries& entries) const {
    MemoryKvStore store;
    for (const auto& [key, value] : entries) EDM_CHECK(store.Transact({{KvOp::Kind::kPut, key, value, {}}}));
    return LoadState(store, sealer_);
  }
  Result<State> LoadWith(const std::string& key, const std::string& value) const {
    auto entries = kept_;
    entries[key] = value;
    return Load(entries);
  }

  TemporaryFolder folder_;
  ClusterFixture cluster_;
  Sealer sealer_ = Sealer::Open(folder_.path() + "/seal.key").value();
  Entries kept_;
};

TEST_F(StoredState, IsReadAgain) {
  ASSERT_GE(kept_.size(), 7U);
  const auto loaded = Load(kept_);
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.error());
  EXPECT_EQ(loaded->instances.size(), 1U);
  EXPECT_EQ(loaded->workers.size(), 1U);
}

TEST_F(StoredState, HasWhatIsSpecialAboutMembers) {
  auto set = cluster_.Inst("shop");
  set.instance.spec.replicas = 3;
  set.instance.spec.on_each_worker = true;
  set.instance.status.members = {{.id = "shop_2",
                                  .ordinal = 2,
                                  .worker = "w1",
                                  .address = "10.0.0.1",
                                  .phase = Phase::kRunning,
                                  .health = Health::kHealthy,
                                  .release = 7}};
  const auto kept = std::make_shared<const InstanceRecord>(set);
  Keep(StoredSpec{{"shop", kept}});
  Keep(StoredStatus{{"shop", kept}});
  OperationRecord operation;
  operation.operation.id = "op-x";
  operation.operation.instance = "shop";
  operation.operation.kind = OperationKind::kScale;
  operation.operation.part_of = "op-y";
  operation.plan.rollout = Rollout{{{"shop_2", OperationKind::kStart, "op-z"}}, true};
  Keep(Stored<OperationRecord>{"op-x", std::make_shared<const OperationRecord>(operation)});
  const auto loaded = Load(kept_);
  ASSERT_TRUE(loaded.ok()) << ToString(loaded.error());
  const auto shop = loaded->instances.Find("shop")->instance;
  EXPECT_EQ(shop.spec.replicas, 3U);
  EXPECT_TRUE(shop.spec.on_each_worker);
  EXPECT_EQ(shop.status.members, set.instance.status.members);
  const auto read = loaded->operations.Find("op-x");
  EXPECT_EQ(read->operation.kind, OperationKind::kScale);
  EXPECT_EQ(read->operation.part_of, "op-y");
  ASSERT_TRUE(read->plan.rollout);
  EXPECT_TRUE(read->plan.rollout->at_once);
  const auto& part = read->plan.rollout->parts.at(0);
  EXPECT_EQ(part.member, "shop_2");
  EXPECT_EQ(part.kind, OperationKind::kStart);
  EXPECT_EQ(part.operation, "op-z");
}

TEST_F(StoredState, NamesTheKeyWhoseValueIsNoRecord) {
  for (const auto& [key, value] : kept_) {
    for (const auto& bad :
         {std::string("no record"), std::string(8, '\xff'), value.substr(0, value.size() - 1)}) {
      const auto loaded = LoadWith(key, bad);
      ASSERT_FALSE(loaded.ok()) << key;
      EXPECT_EQ(loaded.error().code, Code::kDataLoss);
      EXPECT_THAT(loaded.error().object, HasSubstr(key));
      EXPECT_FALSE(loaded.error().hint.empty());
    }
  }
}

TEST_F(StoredState, TakesNoRecordUnderTheKeyOfAnother) {
  for (const auto& [key, value] : kept_) {
    if (key.starts_with(keys::kRequests) || key.ends_with("/status")) continue;  // they carry no name
    const auto other =
        key.ends_with("/spec") ? keys::Spec("other") : key.substr(0, key.rfind('/') + 1) + "other";
    const auto loaded = LoadWith(other, value);
    ASSERT_FALSE(loaded.ok()) << key;
    EXPECT_EQ(loaded.error().code, Code::kDataLoss);
    EXPECT_THAT(loaded.error().object, HasSubstr("other"));
    EXPECT_FALSE(LoadWith(key, "").ok()) << key << " without a value";
  }
}

// A bit here and there: refused by name, or taken for what it then says; the master goes on either way.
TEST_F(StoredState, OutlivesFlippedBits) {
  constexpr int kRounds = 4'000;
  std::mt19937 dice(20261130);
  int refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    auto entries = kept_;
    auto at = std::next(entries.begin(), static_cast<std::ptrdiff_t>(dice() % entries.size()));
    for (auto flips = 1 + dice() % 3; flips > 0 && !at->second.empty(); --flips)
      at->second[dice() % at->second.size()] ^= static_cast<char>(1U << (dice() % 8));
    auto loaded = Load(entries);
    if (!loaded.ok()) {
      ++refused;
      EXPECT_EQ(loaded.error().code, Code::kDataLoss) << ToString(loaded.error());
      continue;
    }
    ClusterFixture after;
    after.state = std::move(loaded).value();
    after.state.started = after.now.steady;
    (void)after.Tell(Recovered{});
    after.AddWorker("w1");
    after.Pass(Seconds(40), false);
  }
  EXPECT_GT(refused, kRounds / 10);
  EXPECT_LT(refused, kRounds);
}

}  // namespace
}  // namespace edm::master
