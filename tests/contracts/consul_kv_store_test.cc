#include "common/adapters/kv/consul_kv_store.h"

#include "tests/contracts/consul_agent.h"
#include "tests/contracts/kv_store_contract.h"

namespace edm {
namespace {

// One for all tests of the program: starting it takes longer than using it.
ConsulAgent& Agent() {
  static ConsulAgent agent;
  return agent;
}

// Each store has a prefix of its own, so that each test begins with an empty one.
std::unique_ptr<KvStore> MakeConsul() {
  static int number = 0;
  return std::make_unique<ConsulKvStore>(
      ConsulKvOptions{.url = Agent().url(), .prefix = "contract-" + std::to_string(++number) + "/"});
}

INSTANTIATE_TEST_SUITE_P(Consul, KvStoreContract, testing::Values(MakeConsul));

TEST(ConsulKvStore, SaysThatConsulIsAwayWithinItsTime) {
  ConsulKvStore store({.url = "http://127.0.0.1:1", .call_timeout = Millis(500)});
  const auto begin = std::chrono::steady_clock::now();
  const auto read = store.Get("a");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Code::kUnavailable);
  EXPECT_FALSE(read.error().hint.empty());
  EXPECT_EQ(store.Transact({{KvOp::Kind::kPut, "a", "1", {}}}).error().code, Code::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(3'000));
}

TEST(ConsulKvStore, KeepsWhatWasAcknowledgedOverAKilledConsul) {
  ConsulAgent agent;
  ConsulKvStore store({.url = agent.url(), .call_timeout = Millis(2'000)});
  ASSERT_TRUE(store.Transact({{KvOp::Kind::kPut, "a", "1", {}}}).ok());
  agent.Kill();
  EXPECT_EQ(store.Get("a").error().code, Code::kUnavailable);
  agent.Start();
  const auto entry = store.Get("a");
  ASSERT_TRUE(entry.ok()) << ToString(entry.error());
  ASSERT_TRUE(*entry);
  EXPECT_EQ((*entry)->value, "1");
}

}  // namespace
}  // namespace edm
