#pragma once

#include <gtest/gtest.h>

#include <string>

#include "common/model/labels.h"
#include "worker/ports/container_runtime.h"
#include "worker/ports/image_exchange.h"

namespace edm::worker {

// What the contract needs of whoever runs it: an engine, a folder from which it can build an image, and an
// exchange with a registry that can be stopped. Instances are named with `prefix`.
class ExchangeFixture {
 public:
  virtual ~ExchangeFixture() = default;
  virtual ContainerRuntime& runtime() = 0;
  virtual ImageExchange& exchange() = 0;
  virtual std::string prefix() const = 0;
  virtual std::string context() = 0;
  // Of the registry, with a credential that opens this one only.
  virtual ImageRepository RepositoryOf(const std::string& instance) = 0;
  virtual void SetAway(bool away) = 0;
};

// One contract, passed by the real engine with a real registry and by the fake.
template <class Fixture>
class ImageExchangeContract : public ::testing::Test {
 protected:
  void SetUp() override { Clean(); }
  void TearDown() override { Clean(); }

  ContainerRuntime& runtime() { return fixture_.runtime(); }
  ImageExchange& exchange() { return fixture_.exchange(); }
  std::string id() { return fixture_.prefix() + "-one"; }
  std::string tag() { return "edm/" + id() + "/web:r1"; }
  ImageRepository repository() { return fixture_.RepositoryOf(id()); }

  std::string Build() {
    const auto built = runtime().Build({.instance = id(),
                                        .service = "web",
                                        .context_directory = fixture_.context(),
                                        .dockerfile = "Dockerfile",
                                        .labels = {{std::string(kReleaseLabel), "1"}},
                                        .tag = tag()},
                                       {}, {});
    EXPECT_TRUE(built.ok()) << ToString(built.error());
    return built.ok() ? built->id : "";
  }
  std::string Push() {
    const auto digest = exchange().Push(repository(), tag(), "web-r1", {});
    EXPECT_TRUE(digest.ok()) << ToString(digest.error());
    return digest.ok() ? *digest : "";
  }
  // As listed for the instance, with their tags.
  std::vector<Footprint::Object> Images() {
    std::vector<Footprint::Object> images;
    const auto all = runtime().Everything();
    EXPECT_TRUE(all.ok());
    for (const auto& image : all->images) {
      if (image.instance == id()) images.push_back(image);
    }
    return images;
  }
  void Clean() {
    fixture_.SetAway(false);
    for (const auto& image : Images()) EXPECT_TRUE(runtime().RemoveImage(image.id).ok());
  }

  Fixture fixture_;
};

TYPED_TEST_SUITE_P(ImageExchangeContract);

TYPED_TEST_P(ImageExchangeContract, WhatWasPushedComesBackByItsDigestAsItWas) {
  const auto id = this->Build();
  const auto digest = this->Push();
  ASSERT_TRUE(digest.starts_with("sha256:"));
  ASSERT_TRUE(this->runtime().RemoveImage(this->tag()).ok());
  ASSERT_TRUE(this->Images().empty());
  const auto pulled = this->exchange().Pull(this->repository(), digest, this->tag(), {});
  ASSERT_TRUE(pulled.ok()) << ToString(pulled.error());
  EXPECT_EQ(*pulled, id);
  EXPECT_EQ(this->runtime().ImageId(this->tag()).value(), id);
  ASSERT_EQ(this->Images().size(), 1U);
  EXPECT_EQ(this->Images()[0].name, this->tag());
  EXPECT_EQ(this->Images()[0].release, 1U);
}

TYPED_TEST_P(ImageExchangeContract, DoneAgainBothFindTheirWorkDone) {
  const auto id = this->Build();
  const auto digest = this->Push();
  EXPECT_EQ(this->Push(), digest);
  for (int i = 0; i < 2; ++i) {
    const auto pulled = this->exchange().Pull(this->repository(), digest, this->tag(), {});
    ASSERT_TRUE(pulled.ok()) << ToString(pulled.error());
    EXPECT_EQ(*pulled, id);
  }
}

TYPED_TEST_P(ImageExchangeContract, NoNameOfTheRegistryKeepsAnImage) {
  this->Build();
  const auto digest = this->Push();
  ASSERT_TRUE(this->runtime().RemoveImage(this->tag()).ok());
  EXPECT_TRUE(this->Images().empty());
  ASSERT_TRUE(this->exchange().Pull(this->repository(), digest, this->tag(), {}).ok());
  ASSERT_TRUE(this->runtime().RemoveImage(this->tag()).ok());
  EXPECT_TRUE(this->Images().empty());
}

TYPED_TEST_P(ImageExchangeContract, WhatIsNotThereCannotBePulled) {
  const auto none = "sha256:" + std::string(64, 'a');
  EXPECT_FALSE(this->exchange().Pull(this->repository(), none, this->tag(), {}).ok());
  EXPECT_TRUE(this->Images().empty());
}

TYPED_TEST_P(ImageExchangeContract, ARegistryThatIsAwayIsUnavailableAndLeavesTheImage) {
  const auto id = this->Build();
  this->fixture_.SetAway(true);
  const auto pushed = this->exchange().Push(this->repository(), this->tag(), "web-r1", {});
  ASSERT_FALSE(pushed.ok());
  EXPECT_EQ(pushed.error().code, Code::kUnavailable) << ToString(pushed.error());
  EXPECT_EQ(this->runtime().ImageId(this->tag()).value(), id);
  ASSERT_TRUE(this->runtime().RemoveImage(this->tag()).ok());
  EXPECT_TRUE(this->Images().empty());
  const auto pulled =
      this->exchange().Pull(this->repository(), "sha256:" + std::string(64, 'b'), this->tag(), {});
  ASSERT_FALSE(pulled.ok());
  EXPECT_EQ(pulled.error().code, Code::kUnavailable) << ToString(pulled.error());
}

TYPED_TEST_P(ImageExchangeContract, WhatIsCancelledIsNotPushed) {
  this->Build();
  std::stop_source stop;
  stop.request_stop();
  const auto pushed = this->exchange().Push(this->repository(), this->tag(), "web-r1", stop.get_token());
  ASSERT_FALSE(pushed.ok());
  EXPECT_EQ(pushed.error().code, Code::kCancelled);
}

REGISTER_TYPED_TEST_SUITE_P(ImageExchangeContract, WhatWasPushedComesBackByItsDigestAsItWas,
                            DoneAgainBothFindTheirWorkDone, NoNameOfTheRegistryKeepsAnImage,
                            WhatIsNotThereCannotBePulled, ARegistryThatIsAwayIsUnavailableAndLeavesTheImage,
                            WhatIsCancelledIsNotPushed);

}  // namespace edm::worker
