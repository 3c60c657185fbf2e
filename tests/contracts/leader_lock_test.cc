#include "common/adapters/lock/sole_leader_lock.h"
#include "tests/contracts/leader_lock_contract.h"
#include "tests/fakes/fake_leader_lock.h"

namespace edm {
namespace {

LeaderLockFactory MakeFakes() {
  return [service = std::make_shared<FakeLockService>()](const std::string&) {
    return std::make_unique<FakeLeaderLock>(service);
  };
}

INSTANTIATE_TEST_SUITE_P(Fake, LeaderLockContract, testing::Values(MakeFakes));

TEST(SoleLeaderLock, IsAlwaysOurs) {
  SoleLeaderLock lock;
  EXPECT_FALSE(*lock.Look(Millis(0)));
  EXPECT_TRUE(*lock.Take("me"));
  EXPECT_TRUE(lock.Renew().ok());
  const auto holder = lock.Look(Millis(1));
  ASSERT_TRUE(holder.ok() && *holder);
  EXPECT_TRUE((*holder)->ours);
  EXPECT_EQ((*holder)->record, "me");
}

}  // namespace
}  // namespace edm
