#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/integration/docker_project.h"

namespace edm::worker {
namespace {

class DockerBuild : public DockerProject {
 protected:
  DockerBuild() : DockerProject("dockertest-build") {}

  // Whether a process on this machine has that word on its command line.
  static bool Runs(const std::string& word) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "cmdline");
      const std::string line{std::istreambuf_iterator<char>(file), {}};
      if (line.find(word) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_F(DockerBuild, AFailedStepIsNamedWithExitCodeAndOutputAndLeavesNoImage) {
  docker_.Write("Dockerfile",
                DockerFixture::Base() + "RUN echo about to fail && echo really >&2 && exit 3\n");
  std::vector<std::string> lines;
  const auto built = runtime().Build(Request(), [&](std::string_view line) { lines.emplace_back(line); }, {});
  ASSERT_FALSE(built.ok());
  const auto& error = built.error();
  EXPECT_EQ(error.code, Code::kFailedPrecondition);
  EXPECT_EQ(error.object, "build of web");
  EXPECT_NE(error.cause.find("RUN echo about to fail"), std::string::npos) << error.cause;
  EXPECT_NE(error.cause.find("ended with 3"), std::string::npos) << error.cause;
  // The builder keeps the order of each of the two outputs, not that between them.
  EXPECT_THAT(error.evidence, testing::UnorderedElementsAre("about to fail", "really"));
  EXPECT_TRUE(std::any_of(lines.begin(), lines.end(),
                          [](const auto& line) { return line.ends_with(": about to fail"); }));
  EXPECT_EQ(*runtime().ImageId(Request().tag), "");
  const auto all = runtime().Everything();
  for (const auto& image : all->images) EXPECT_NE(image.instance, id_);
}

TEST_F(DockerBuild, AnErrorInTheDockerfileIsTold) {
  docker_.Write("Dockerfile", "FROM scratch\nNONSENSE x\n");
  const auto built = runtime().Build(Request(), {}, {});
  ASSERT_FALSE(built.ok());
  EXPECT_NE(built.error().cause.find("NONSENSE"), std::string::npos) << ToString(built.error());
}

TEST_F(DockerBuild, AMissingFileOfACopyIsTold) {
  docker_.Write("Dockerfile", DockerFixture::Base() + "COPY nowhere.txt /\n");
  const auto built = runtime().Build(Request(), {}, {});
  ASSERT_FALSE(built.ok());
  EXPECT_NE(built.error().cause.find("nowhere.txt"), std::string::npos) << ToString(built.error());
}

TEST_F(DockerBuild, StopEndsItWithinASecondAndLeavesNothing) {
  docker_.Write("Dockerfile", DockerFixture::Base() + "RUN echo begun && sleep 314.15\n");
  std::stop_source stop;
  std::atomic<bool> begun = false;
  std::jthread stopper;
  std::chrono::steady_clock::time_point asked;
  const auto built = runtime().Build(
      Request(),
      [&](std::string_view line) {
        if (!line.ends_with(": begun") || begun.exchange(true)) return;
        stopper = std::jthread([&] {
          asked = std::chrono::steady_clock::now();
          stop.request_stop();
        });
      },
      stop.get_token());
  ASSERT_TRUE(begun) << (built.ok() ? "built" : ToString(built.error()));
  stopper.join();
  ASSERT_FALSE(built.ok());
  EXPECT_EQ(built.error().code, Code::kCancelled);
  EXPECT_LT(Since(asked), Millis(1'000));
  while (Runs("314.15") && Since(asked) < Millis(2'000)) std::this_thread::sleep_for(Millis(20));
  EXPECT_FALSE(Runs("314.15"));
  EXPECT_EQ(*runtime().ImageId(Request().tag), "");
}

TEST_F(DockerBuild, SendsWhatDockerignoreLeaves) {
  docker_.Write(".dockerignore", "secret*\ndir\n!dir/wanted\n");
  docker_.Write("secret.txt", "s");
  docker_.Write("dir/wanted", "w");
  docker_.Write("dir/other", "o");
  docker_.Write(std::string(150, 'n') + "/" + std::string(150, 'm'), "long");
  docker_.Write("big", std::string(3 * 1024 * 1024 + 17, 'b'));
  std::filesystem::create_symlink("/etc/hostname", docker_.context() + "/link");
  docker_.Write("Dockerfile",
                DockerFixture::Base() +
                    "COPY . /x\n"
                    "RUN test ! -e /x/secret.txt && test -e /x/dir/wanted && test ! -e /x/dir/other\n"
                    "RUN test $(cat /x/n*/m*) = long && test $(stat -c %s /x/big) = 3145745\n"
                    "RUN test $(readlink /x/link) = /etc/hostname\n");
  const auto built = runtime().Build(Request(), {}, {});
  ASSERT_TRUE(built.ok()) << ToString(built.error());
}

TEST_F(DockerBuild, TakesArgumentsTargetAndAnInlineDockerfile) {
  auto request = Request();
  request.dockerfile_inline =
      DockerFixture::Base() +
      "FROM scratch AS other\nCOPY busybox /other\nFROM other AS wanted\n"
      "COPY --from=0 /bin /bin\nARG WORD\nRUN test \"$WORD\" = \"a b&c=d\"\nFROM scratch\nRUN false\n";
  request.target = "wanted";
  request.arguments["WORD"] = "a b&c=d";
  const auto built = runtime().Build(request, {}, {});
  ASSERT_TRUE(built.ok()) << ToString(built.error());
}

TEST_F(DockerBuild, BuildsOnAnImageThatNoRegistryHas) {
  auto request = Request();
  request.dockerfile_inline = "FROM " + Image() + "\nRUN test -x /bin/busybox\n";
  const auto built = runtime().Build(request, {}, {});
  ASSERT_TRUE(built.ok()) << ToString(built.error());
}

TEST_F(DockerBuild, ARefusalBeforeTheContextWasReadIsTold) {
  docker_.Write("big", std::string(30 * 1024 * 1024, 'b'));
  auto request = Request();
  request.tag = "NOT A TAG";
  const auto built = runtime().Build(request, {}, {});
  ASSERT_FALSE(built.ok());
  EXPECT_EQ(built.error().code, Code::kInvalidArgument) << ToString(built.error());
}

TEST_F(DockerBuild, BuildsInParallel) {
  static_cast<void>(Image());
  constexpr int kBuilds = 4;
  std::vector<Status> ends(kBuilds, Ok());
  std::mutex mutex;
  int begun = 0;
  int begun_before_one_ended = 0;  // guarded by mutex, as begun is
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kBuilds; ++i) {
      threads.emplace_back([&, i] {
        const auto number = std::to_string(i);
        auto request = Request("s" + number);
        request.dockerfile_inline = DockerFixture::Base() + "RUN echo " + number +
                                    " has-begun; sleep 2; echo " + number + " has-ended\n";
        request.no_cache = true;
        const auto count = [&](std::string_view line) {
          const std::lock_guard lock(mutex);
          if (line.ends_with(": " + number + " has-begun")) ++begun;
          if (line.ends_with(": " + number + " has-ended") && begun_before_one_ended == 0)
            begun_before_one_ended = begun;
        };
        auto built = runtime().Build(request, count, {});
        if (!built.ok()) ends[i] = std::move(built).error();
      });
    }
  }
  for (const auto& end : ends) EXPECT_TRUE(end.ok()) << ToString(end.error());
  EXPECT_GT(begun_before_one_ended, 1) << "one after the other, the first ends before the second begins";
}

}  // namespace
}  // namespace edm::worker
