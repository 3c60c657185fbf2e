#include "worker/adapters/docker/docker_disk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/integration/docker_fixture.h"

namespace edm::worker {
namespace {

constexpr std::size_t kLarge = 300'000;

class EngineDiskTest : public ::testing::Test {
 protected:
  // A second build takes the tag from the image of the first.
  ~EngineDiskTest() override {
    for (const auto& image : built_) static_cast<void>(docker_.runtime().RemoveImage(image));
  }

  void Build() {
    std::string text(kLarge, '\0');
    std::random_device random;
    for (auto& byte : text) byte = static_cast<char>(random());
    docker_.Write("large", text);
    BuildRequest build;
    build.instance = "dockertest-disk";
    build.service = "web";
    build.context_directory = docker_.context();
    build.dockerfile_inline = "FROM scratch\nCOPY large /large\n";
    build.tag = kTag;
    const auto built = docker_.runtime().Build(build, {}, {});
    ASSERT_TRUE(built.ok()) << ToString(built.error());
    built_.push_back(built->id);
  }
  std::vector<CacheRecord> Records() {
    auto records = disk_.Cache();
    EXPECT_TRUE(records.ok()) << ToString(records.error());
    return records.ok() ? *records : std::vector<CacheRecord>();
  }
  // Those that `before` has not.
  static std::vector<CacheRecord> New(const std::vector<CacheRecord>& records,
                                      const std::vector<CacheRecord>& before) {
    std::vector<CacheRecord> made;
    std::ranges::copy_if(records, std::back_inserter(made), [&](const auto& one) {
      return std::ranges::find(before, one.id, &CacheRecord::id) == before.end();
    });
    return made;
  }

  static constexpr const char* kTag = "edm/dockertest-disk/web:r1";
  std::vector<std::string> built_;  // image ids
  DockerFixture docker_;
  DockerDisk disk_{docker_.runtime().api()};
};

TEST_F(EngineDiskTest, TellsWhatABuildLeftAndDropsNoneButTheRecordsThatAreNamed) {
  Build();
  const auto before = Records();
  Build();
  const auto made = New(Records(), before);
  ASSERT_GE(made.size(), 2U);
  const auto context = std::ranges::find_if(
      made, [](const auto& one) { return one.description.starts_with("http url http://build-context-"); });
  ASSERT_NE(context, made.end()) << "what the claim of our records rests on";
  EXPECT_GE(context->bytes, kLarge);
  EXPECT_FALSE(context->is_shared);
  EXPECT_TRUE(std::ranges::any_of(made, &CacheRecord::is_shared)) << "the image has it as well";
  std::vector<std::string> ids;
  for (const auto& one : made) ids.push_back(one.id);
  const auto went = disk_.DropCache(ids);
  ASSERT_TRUE(went.ok()) << ToString(went.error());
  EXPECT_GE(*went, kLarge);
  EXPECT_TRUE(New(Records(), before).empty());
  EXPECT_TRUE(New(before, Records()).empty()) << "others are gone too";
}

TEST_F(EngineDiskTest, AddsUpImagesByInstance) {
  Build();
  const auto usage = disk_.Usage(Millis(30'000));
  ASSERT_TRUE(usage.ok()) << ToString(usage.error());
  const auto image = std::ranges::find(usage->images, "dockertest-disk", &EngineObject::instance);
  ASSERT_NE(image, usage->images.end());
  EXPECT_GE(image->bytes.value_or(0) + image->shared_bytes, kLarge);
}

TEST(EngineDisk, OneThatIsAwayIsSaid) {
  const EngineApi api("unix:///nowhere/docker.sock");
  DockerDisk disk(api);
  EXPECT_EQ(disk.Cache().error().code, Code::kUnavailable);
  EXPECT_EQ(disk.Root(), "");
}

}  // namespace
}  // namespace edm::worker
