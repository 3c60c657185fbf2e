#include "master/adapters/images/image_keeper.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/master/fake_image_store.h"

namespace edm::master {
namespace {

using Names = std::vector<std::string>;

class ImageKeeperTest : public ::testing::Test {
 protected:
  ImageKeeperTest() { Record("shop", 1); }

  void Record(const std::string& instance, std::uint32_t number) {
    auto release = std::make_shared<Release>();
    release->instance = instance;
    release->number = number;
    state_.releases.Put(ReleaseKey(instance, number), std::move(release));
  }
  void Forget(const std::string& instance, std::uint32_t number) {
    state_.releases.Erase(ReleaseKey(instance, number));
  }
  void Look() { keeper_.Look({}); }

  State state_;
  bool leads_ = true;
  FakeImageStore store_;
  FakeClock clock_;
  std::vector<std::string> told_;
  ImageKeeper keeper_{{.images = store_,
                       .clock = clock_,
                       .led = [this]() -> std::shared_ptr<const State> {
                         return leads_ ? std::make_shared<const State>(state_.Share()) : nullptr;
                       },
                       .tell = [this](const Error& error) { told_.push_back(error.cause); }}};
};

TEST_F(ImageKeeperTest, TakesWhatNoReleaseNeedsFromAllOfThem) {
  store_.images = {{"shop", {"web-r1", "web-r7"}}, {"gone", {"web-r1"}}};
  Look();
  EXPECT_EQ(store_.images["shop"], Names{"web-r1"});
  EXPECT_TRUE(store_.images["gone"].empty());
  EXPECT_TRUE(told_.empty());
}

TEST_F(ImageKeeperTest, LooksAtAllOfThemSeldomAndAtThoseThatLostAReleaseAtOnce) {
  Record("shop", 2);
  Look();
  store_.images = {{"shop", {"web-r1", "web-r2"}}, {"other", {"web-r1"}}};
  Look();
  EXPECT_EQ(store_.listings, 1);
  EXPECT_EQ(store_.images["shop"].size(), 2U);
  Forget("shop", 1);
  Look();
  EXPECT_EQ(store_.images["shop"], Names{"web-r2"});
  EXPECT_EQ(store_.images["other"].size(), 1U);
  clock_.Advance(ImageKeeper::kTidyAllEvery);
  Look();
  EXPECT_EQ(store_.listings, 2);
  EXPECT_TRUE(store_.images["other"].empty());
}

TEST_F(ImageKeeperTest, WhatWasNotPossibleIsToldOnceAndDoneLater) {
  store_.images = {{"gone", {"web-r1"}}};
  store_.failure = Error{Code::kUnavailable, "registry", "connection refused"};
  Look();
  Look();
  EXPECT_EQ(told_, Names{"connection refused"});
  store_.failure.reset();
  Look();
  EXPECT_TRUE(store_.images["gone"].empty());
  store_.failure = Error{Code::kUnavailable, "registry", "gone again"};
  clock_.Advance(ImageKeeper::kTidyAllEvery);
  Look();
  EXPECT_EQ(told_.size(), 2U);
}

TEST_F(ImageKeeperTest, ARepositoryThatCannotBeReadHoldsUpNoOther) {
  store_.images = {{"a", {"web-r1"}}, {"b", {"web-r1"}}, {"c", {"web-r1"}}};
  store_.broken = "b";
  Look();
  EXPECT_TRUE(store_.images["a"].empty());
  EXPECT_EQ(store_.images["b"].size(), 1U);
  EXPECT_TRUE(store_.images["c"].empty());
  EXPECT_EQ(told_, Names{"not for you"});
}

TEST_F(ImageKeeperTest, OnlyAMasterThatLeadsTakesAnything) {
  store_.images = {{"gone", {"web-r1"}}};
  leads_ = false;
  Look();
  EXPECT_EQ(store_.images["gone"].size(), 1U);
  leads_ = true;
  Look();
  EXPECT_TRUE(store_.images["gone"].empty());
}

}  // namespace
}  // namespace edm::master
