#include "worker/adapters/docker/turns.h"

#include <gtest/gtest.h>

#include <future>

namespace edm::worker {
namespace {

constexpr Millis kLong{60'000};
constexpr std::chrono::milliseconds kMoment{30};

std::future<bool> TakeElsewhere(Turns& turns, std::stop_token stop = {}) {
  return std::async(std::launch::async, [&turns, stop] { return turns.Take(stop).has_value(); });
}

bool Waits(const std::future<bool>& taken) { return taken.wait_for(kMoment) == std::future_status::timeout; }

bool WaitsUntilItIsStopped(Turns& turns) {
  std::stop_source stop;
  auto taken = TakeElsewhere(turns, stop.get_token());
  const bool waits = Waits(taken);
  stop.request_stop();
  return waits && !taken.get();
}

TEST(Turns, NoMoreThanThereAreAtOnce) {
  Turns turns(2, kLong);
  auto first = turns.Take({});
  const auto second = turns.Take({});
  auto third = TakeElsewhere(turns);
  EXPECT_TRUE(Waits(third));
  first.reset();
  EXPECT_TRUE(third.get());
}

TEST(Turns, WhoIsStoppedWaitsNoLonger) {
  Turns turns(1, kLong);
  const auto held = turns.Take({});
  EXPECT_TRUE(WaitsUntilItIsStopped(turns));
}

TEST(Turns, WhatTakesLongHoldsNobodyUp) {
  Turns turns(1, Millis(50));
  const auto held = turns.Take({});
  EXPECT_TRUE(TakeElsewhere(turns).get());
}

TEST(Turns, AtOnceWaitsForNobodyAndIsCounted) {
  Turns turns(1, kLong);
  auto held = turns.Take({});
  const auto urgent = turns.TakeAtOnce();
  EXPECT_TRUE(urgent.has_value());
  held.reset();
  EXPECT_TRUE(WaitsUntilItIsStopped(turns));
}

TEST(Turns, EndsOnceHoweverItIsMoved) {
  Turns turns(1, kLong);
  auto held = turns.Take({});
  {
    const auto moved = std::move(*held);
    held.reset();
  }
  EXPECT_TRUE(TakeElsewhere(turns).get());
}

}  // namespace
}  // namespace edm::worker
