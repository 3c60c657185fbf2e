#include "master/adapters/images/image_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/integration/docker_fixture.h"
#include "tests/integration/registry_server.h"
#include "worker/adapters/docker/engine_images.h"

namespace edm::master {
namespace {

constexpr const char* kInstance = "dockertest-registry-one";
constexpr const char* kTag = "edm/dockertest-registry-one/web:r1";

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class ImageRegistryTest : public ::testing::Test {
 protected:
  ImageRegistryTest() {
    const auto built = docker_.runtime().Build({.instance = kInstance,
                                                .service = "web",
                                                .context_directory = docker_.context(),
                                                .dockerfile = "Dockerfile",
                                                .labels = {{"dev.edm.release", "1"}},
                                                .tag = kTag},
                                               {}, {});
    EXPECT_TRUE(built.ok()) << ToString(built.error());
  }
  ~ImageRegistryTest() override { EXPECT_TRUE(docker_.runtime().RemoveImage(kTag).ok()); }

  Result<std::string> Push(const ImageRepository& to, const std::string& name = "web-r1") {
    return exchange_.Push(to, kTag, name, {});
  }
  ImageRepository GrantFor(const std::string& instance, Millis life = Millis(60'000)) const {
    return registry_->Grant(instance, clock_.Now() + life).value();
  }

  SystemClock clock_;
  RegistryServer server_;
  std::unique_ptr<ImageRegistry> registry_ = server_.Open(RegistryServer::kSecret);
  worker::DockerFixture docker_;
  worker::EngineImages exchange_{docker_.runtime().api(), docker_.folder() + "/certs.d"};
};

TEST_F(ImageRegistryTest, ListsWhatWasPushedAndRemovesIt) {
  ASSERT_TRUE(Push(GrantFor(kInstance), "web-r1").ok());
  const auto digest = Push(GrantFor(kInstance), "web-r2");
  ASSERT_TRUE(digest.ok()) << ToString(digest.error());
  EXPECT_EQ(registry_->Instances().value(), std::vector<std::string>{kInstance});
  EXPECT_THAT(registry_->Names(kInstance).value(), ::testing::UnorderedElementsAre("web-r1", "web-r2"));
  const auto removed = registry_->Remove(kInstance, "web-r1");
  EXPECT_TRUE(removed.ok()) << ToString(removed.error());
  // Both names were of one image.
  EXPECT_TRUE(registry_->Names(kInstance).value().empty());
  EXPECT_TRUE(registry_->Remove(kInstance, "web-r1").ok());
  EXPECT_TRUE(registry_->Names("nobody").value().empty());
}

TEST_F(ImageRegistryTest, ACredentialOpensTheRepositoryOfItsInstanceAlone) {
  const auto digest = Push(GrantFor(kInstance));
  ASSERT_TRUE(digest.ok()) << ToString(digest.error());
  auto other = GrantFor("other");
  other.name = GrantFor(kInstance).name;
  const auto pushed = Push(other, "web-r2");
  ASSERT_FALSE(pushed.ok());
  EXPECT_EQ(ToString(pushed.error()).find(other.token), std::string::npos);
  EXPECT_FALSE(exchange_.Pull(other, *digest, kTag, {}).ok());
  EXPECT_EQ(registry_->Names(kInstance).value(), std::vector<std::string>{"web-r1"});
}

// Pulls: the engine tries a push that is refused again, for a while.
TEST_F(ImageRegistryTest, NeitherAnotherKeyNorAnOldCredentialNorNoneOpensIt) {
  const auto digest = Push(GrantFor(kInstance));
  ASSERT_TRUE(digest.ok()) << ToString(digest.error());
  const auto pull = [&](const ImageRepository& from) { return exchange_.Pull(from, *digest, kTag, {}); };
  const auto stranger = server_.Open("fedcba9876543210fedcba9876543210");
  EXPECT_FALSE(stranger->Instances().ok());
  EXPECT_EQ(stranger->Names(kInstance).error().code, Code::kPermissionDenied);
  EXPECT_FALSE(pull(stranger->Grant(kInstance, clock_.Now() + Millis(60'000)).value()).ok());
  EXPECT_FALSE(pull(GrantFor(kInstance, -Millis(600'000))).ok());
  auto none = GrantFor(kInstance);
  none.token.clear();
  EXPECT_FALSE(pull(none).ok());
  EXPECT_TRUE(pull(GrantFor(kInstance)).ok());
}

TEST_F(ImageRegistryTest, ATagThatAKilledPushLeftGoesWithTheImage) {
  const auto& api = docker_.runtime().api();
  const auto repository = GrantFor(kInstance);
  const auto tag = [&](const std::string& repo, const std::string& name) {
    return api.Post("/images/" + std::string(kTag) + "/tag?repo=" + repo + "&tag=" + name, {}, "image").ok();
  };
  ASSERT_TRUE(tag(repository.registry + "/" + repository.name, "web-r1"));
  ASSERT_TRUE(docker_.runtime().RemoveImage(kTag).ok());
  const auto all = docker_.runtime().Everything();
  ASSERT_TRUE(all.ok());
  for (const auto& image : all->images) EXPECT_NE(image.instance, kInstance);
  EXPECT_EQ(docker_.runtime().ImageId(repository.registry + "/" + repository.name + ":web-r1").value(), "");
}

TEST_F(ImageRegistryTest, TheEngineIsToldWhomToBelieve) {
  ASSERT_TRUE(Push(GrantFor(kInstance)).ok());
  const auto told = docker_.folder() + "/certs.d/" + GrantFor(kInstance).registry + "/ca.crt";
  EXPECT_EQ(Read(told), Read(server_.folder() + "/ca/ca.crt"));
}

TEST_F(ImageRegistryTest, ARegistryThatIsAwayIsUnavailable) {
  server_.Stop();
  EXPECT_EQ(registry_->Instances().error().code, Code::kUnavailable);
  EXPECT_EQ(registry_->Remove(kInstance, "web-r1").error().code, Code::kUnavailable);
}

TEST(ImageRegistryUrl, WhatIsNoUrlIsRefused) {
  const SystemClock clock;
  for (const auto* url :
       {"", "10.0.0.10:5000", "ftp://10.0.0.10", "https://", "https://a:b@host", "https://h/A B"})
    EXPECT_EQ(ImageRegistry::Open({.url = url}, clock).error().code, Code::kInvalidArgument) << url;
}

TEST(ImageRegistryUrl, APathIsWhereTheRepositoriesAre) {
  const SystemClock clock;
  const auto own =
      ImageRegistry::Open({.url = "https://10.0.0.10:5000", .cluster = "5f0c2a91"}, clock).value();
  EXPECT_EQ(own->Grant("shop", {}).value().name, "edm/5f0c2a91/shop");
  const auto other = ImageRegistry::Open(
      {.url = "https://registry.test/team/x/", .cluster = "5f0c2a91", .user = "ann", .password = "p"}, clock);
  const auto grant = (*other)->Grant("shop", {}).value();
  EXPECT_EQ(grant.registry, "registry.test");
  EXPECT_EQ(grant.name, "team/x/5f0c2a91/shop");
  EXPECT_EQ(grant.user, "ann");
  EXPECT_TRUE(grant.token.empty());
}

}  // namespace
}  // namespace edm::master
