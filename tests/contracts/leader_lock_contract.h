#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "common/ports/leader_lock.h"

namespace edm {

// What every LeaderLock promises. Called with the name of a candidate, the factory returns its end of the
// lock; all that one factory made meet at the same one, which is free at first.
using LeaderLockFactory = std::function<std::unique_ptr<LeaderLock>(const std::string& name)>;

class LeaderLockContract : public testing::TestWithParam<std::function<LeaderLockFactory()>> {
 protected:
  static constexpr Millis kSoon{5'000};

  static bool Took(LeaderLock& lock, const std::string& record) {
    const auto taken = lock.Take(record);
    return taken.ok() && *taken;
  }
  static std::optional<LockHolder> HolderSeenBy(LeaderLock& lock) {
    const auto holder = lock.Look(Millis(0));
    return holder.ok() ? *holder : std::nullopt;
  }

  LeaderLockFactory make_ = GetParam()();
  std::unique_ptr<LeaderLock> one_ = make_("one");
  std::unique_ptr<LeaderLock> two_ = make_("two");
};

TEST_P(LeaderLockContract, IsFreeAtFirst) {
  const auto holder = one_->Look(Millis(0));
  ASSERT_TRUE(holder.ok()) << ToString(holder.error());
  EXPECT_FALSE(*holder);
}

TEST_P(LeaderLockContract, HasOneHolderWhomAllSee) {
  ASSERT_TRUE(Took(*one_, "I am one"));
  const auto second = two_->Take("I am two");
  ASSERT_TRUE(second.ok()) << ToString(second.error());
  EXPECT_FALSE(*second);
  const auto holder = HolderSeenBy(*two_);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->record, "I am one");
  EXPECT_FALSE(holder->ours);
  EXPECT_TRUE(HolderSeenBy(*one_)->ours);
}

TEST_P(LeaderLockContract, MayBeTakenAgainByItsHolder) {
  ASSERT_TRUE(Took(*one_, "one"));
  EXPECT_TRUE(Took(*one_, "one"));
}

TEST_P(LeaderLockContract, ShowsLifeByAPulse) {
  ASSERT_TRUE(Took(*one_, "one"));
  ASSERT_TRUE(one_->Renew().ok());
  const auto before = HolderSeenBy(*two_);
  ASSERT_TRUE(before);
  EXPECT_EQ(HolderSeenBy(*two_)->pulse, before->pulse);
  ASSERT_TRUE(one_->Renew().ok());
  EXPECT_NE(HolderSeenBy(*two_)->pulse, before->pulse);
}

TEST_P(LeaderLockContract, IsFreeAgainWhenItsHolderLetsGo) {
  ASSERT_TRUE(Took(*one_, "one"));
  one_->Release();
  EXPECT_FALSE(HolderSeenBy(*two_));
  EXPECT_EQ(one_->Renew().error().code, Code::kAborted);
  EXPECT_TRUE(Took(*two_, "two"));
}

TEST_P(LeaderLockContract, IsLetGoOfByWhoGoes) {
  ASSERT_TRUE(Took(*one_, "one"));
  one_.reset();
  EXPECT_FALSE(HolderSeenBy(*two_));
}

TEST_P(LeaderLockContract, IsRefusedToWhoWasOustedAndGoesToTheNext) {
  ASSERT_TRUE(Took(*one_, "one"));
  const auto holder = HolderSeenBy(*two_);
  ASSERT_TRUE(holder);
  ASSERT_TRUE(two_->Oust(*holder).ok());
  EXPECT_TRUE(two_->Oust(*holder).ok()) << "it is gone already";
  ASSERT_TRUE(Took(*two_, "two"));
  EXPECT_EQ(one_->Renew().error().code, Code::kAborted);
  const auto next = HolderSeenBy(*one_);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->record, "two");
  EXPECT_NE(next->claim, holder->claim);
}

TEST_P(LeaderLockContract, OustsOnlyTheOneThatWasMeant) {
  ASSERT_TRUE(Took(*one_, "one"));
  const auto holder = HolderSeenBy(*two_);
  ASSERT_TRUE(holder);
  one_.reset();
  one_ = make_("one again");
  ASSERT_TRUE(Took(*one_, "one again"));
  ASSERT_TRUE(two_->Oust(*holder).ok());
  EXPECT_TRUE(one_->Renew().ok());
}

TEST_P(LeaderLockContract, CannotBeRenewedByWhoNeverHadIt) {
  EXPECT_EQ(one_->Renew().error().code, Code::kAborted);
}

TEST_P(LeaderLockContract, WakesWhoWaitsWhenItIsLetGoOf) {
  ASSERT_TRUE(Took(*one_, "one"));
  ASSERT_TRUE(HolderSeenBy(*two_));
  std::thread later([this] {
    std::this_thread::sleep_for(Millis(200));
    one_->Release();
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto holder = two_->Look(kSoon);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kSoon);
  later.join();
  ASSERT_TRUE(holder.ok()) << ToString(holder.error());
  EXPECT_FALSE(*holder);
}

}  // namespace edm
