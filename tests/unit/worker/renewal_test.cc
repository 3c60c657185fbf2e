#include "worker/core/renewal.h"

#include <gtest/gtest.h>

#include "worker/core/master_clock.h"

namespace edm::worker {
namespace {

constexpr WallTime kIssued{Millis(1'795'000'000'000)};

Millis Until(Millis life, Millis age, std::uint32_t failures = 0) {
  return UntilRenewal({kIssued, kIssued + life, kIssued + age, failures});
}

TEST(Renewal, IsDueAtHalfOfTheCertificatesLife) {
  struct Row {
    Millis life;
    Millis age;
    Millis wait;
  };
  using std::chrono::hours;
  for (const auto& row : {Row{hours(720), Millis(0), hours(360)}, Row{hours(720), hours(300), hours(60)},
                          Row{hours(720), hours(360), Millis(0)}, Row{hours(720), hours(10'000), Millis(0)},
                          Row{Millis(2'000), Millis(500), Millis(500)},
                          // A clock set back to before it was issued only makes it wait.
                          Row{Millis(2'000), Millis(-1'000), Millis(2'000)}}) {
    EXPECT_EQ(Until(row.life, row.age), row.wait) << row.life.count() << " after " << row.age.count();
  }
}

TEST(Renewal, IsTriedOftenEnoughBeforeTwoThirdsAreOver) {
  for (const Millis life :
       {Millis(6'000), Millis(60'000), Millis(24 * 3'600'000), Millis(720 * 3'600'000LL)}) {
    int tries = 0;
    for (auto age = life / 2; age < life * 2 / 3; age += Until(life, age, 1)) ++tries;
    EXPECT_GE(tries, 10) << life.count();
    EXPECT_LE(Until(life, life / 2, 1), kRenewalRetryMax);
  }
}

TEST(MasterClock, RunsOnWhateverThisMachinesClockIsSetTo) {
  MasterClock clock;
  EXPECT_FALSE(clock.At(SteadyTime(Millis(5))));
  EXPECT_FALSE(clock.Ahead(kIssued, SteadyTime(Millis(5))));
  clock.Heard(kIssued, SteadyTime(Millis(100)));
  EXPECT_EQ(clock.At(SteadyTime(Millis(350))), kIssued + Millis(250));
  EXPECT_EQ(clock.Ahead(kIssued + Millis(250) + std::chrono::hours(24), SteadyTime(Millis(350))),
            std::chrono::hours(24));
  EXPECT_EQ(clock.Ahead(kIssued - std::chrono::hours(24), SteadyTime(Millis(100))), -std::chrono::hours(24));
}

}  // namespace
}  // namespace edm::worker
