#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/model/labels.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// What the contract needs of whoever runs it: a runtime, and a folder from which an image can be built whose
// containers run until they are stopped. Instances are named with `prefix`, and nothing else is touched.
class RuntimeFixture {
 public:
  virtual ~RuntimeFixture() = default;
  virtual ContainerRuntime& runtime() = 0;
  virtual std::string prefix() const = 0;
  virtual std::string context() = 0;
  // Makes a compose project of somebody else.
  virtual void MakeForeign(const std::string& project) = 0;
  virtual void RemoveForeign(const std::string& project) = 0;
};

// One contract, passed by the real engine and by the fake. `Fixture` is default-constructible.
template <class Fixture>
class ContainerRuntimeContract : public ::testing::Test {
 protected:
  void SetUp() override { Clean(); }
  void TearDown() override { Clean(); }

  ContainerRuntime& runtime() { return fixture_.runtime(); }
  std::string id() { return fixture_.prefix() + "-one"; }

  BuildRequest Build(const std::string& service = "web", int release = 1) {
    BuildRequest request;
    request.instance = id();
    request.service = service;
    request.context_directory = fixture_.context();
    request.dockerfile = "Dockerfile";
    request.tag = "edm/" + id() + "/" + service + ":r" + std::to_string(release);
    request.labels[std::string(kReleaseLabel)] = std::to_string(release);
    return request;
  }

  std::string Labels(int release, const std::string& service) {
    return R"({"dev.edm.instance":")" + id() + R"(","dev.edm.release":")" + std::to_string(release) +
           R"(","dev.edm.service":")" + service + R"("})";
  }

  UpRequest Compose(int release = 1) {
    const std::string web =
        R"("web":{"image":"edm/)" + id() + R"(/web:r1","pull_policy":"never","container_name":")" + id() +
        R"(.web.1","labels":)" + Labels(release, "web") + R"(,"networks":{"default":null},)" +
        R"("volumes":[{"type":"volume","source":"data","target":"/data"}]})";
    const std::string object = R"({"labels":)" + Labels(release, "") + "}";
    UpRequest request;
    request.instance = id();
    request.directory = fixture_.context();
    request.compose_json = R"({"services":{)" + web + R"(},"networks":{"default":)" + object +
                           R"(},"volumes":{"data":)" + object + "}}";
    return request;
  }

  void BuildAndUp(int release = 1) {
    const auto built = runtime().Build(Build(), {}, {});
    ASSERT_TRUE(built.ok()) << ToString(built.error());
    const auto up = runtime().Up(Compose(release), {}, {});
    ASSERT_TRUE(up.ok()) << ToString(up.error());
  }

  std::vector<ContainerFacts> Containers() {
    auto containers = runtime().Containers(id());
    EXPECT_TRUE(containers.ok());
    return containers.ok() ? *containers : std::vector<ContainerFacts>{};
  }

  // What the engine holds of this instance: containers, networks, volumes, images.
  std::vector<std::size_t> Counts() {
    const auto all = runtime().Everything();
    EXPECT_TRUE(all.ok());
    const auto count = [&](const auto& objects) {
      return static_cast<std::size_t>(std::count_if(objects.begin(), objects.end(),
                                                    [&](const auto& one) { return one.instance == id(); }));
    };
    return {count(all->containers), count(all->networks), count(all->volumes), count(all->images)};
  }

  void Clean() {
    EXPECT_TRUE(runtime().Remove(id(), false).ok());
    const auto all = runtime().Everything();
    ASSERT_TRUE(all.ok());
    for (const auto& image : all->images) {
      if (image.instance != id()) continue;
      EXPECT_TRUE(runtime().RemoveImage(image.id).ok());
    }
    fixture_.RemoveForeign(id());
  }

  Fixture fixture_;
};

TYPED_TEST_SUITE_P(ContainerRuntimeContract);

TYPED_TEST_P(ContainerRuntimeContract, ABuildMakesALabelledImageUnderItsTag) {
  auto& runtime = this->runtime();
  std::vector<std::string> lines;
  const auto built =
      runtime.Build(this->Build(), [&](std::string_view line) { lines.emplace_back(line); }, {});
  ASSERT_TRUE(built.ok()) << ToString(built.error());
  EXPECT_TRUE(built->id.starts_with("sha256:"));
  EXPECT_EQ(*runtime.ImageId(built->id), built->id);
  EXPECT_EQ(*runtime.ImageId(this->Build().tag), built->id);
  const auto all = runtime.Everything();
  ASSERT_TRUE(all.ok());
  const auto image = std::find_if(all->images.begin(), all->images.end(),
                                  [&](const auto& one) { return one.id == built->id; });
  ASSERT_NE(image, all->images.end());
  EXPECT_EQ(image->instance, this->id());
  EXPECT_EQ(image->release, 1U);
  EXPECT_EQ(image->name, this->Build().tag);
}

TYPED_TEST_P(ContainerRuntimeContract, TheSameBuildAgainIsCachedAndTheSameImage) {
  auto& runtime = this->runtime();
  const auto first = runtime.Build(this->Build(), {}, {});
  const auto second = runtime.Build(this->Build(), {}, {});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->id, second->id);
  EXPECT_TRUE(second->cached);
}

TYPED_TEST_P(ContainerRuntimeContract, ABuildWithoutDockerfileSaysSoAndLeavesNothing) {
  auto request = this->Build();
  request.dockerfile = "no.such.Dockerfile";
  const auto built = this->runtime().Build(request, {}, {});
  ASSERT_FALSE(built.ok());
  EXPECT_EQ(built.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(built.error().object, "build of web");
  EXPECT_NE(built.error().cause.find("no.such.Dockerfile"), std::string::npos);
  EXPECT_EQ(*this->runtime().ImageId(request.tag), "");
}

TYPED_TEST_P(ContainerRuntimeContract, ACancelledBuildIsCancelled) {
  std::stop_source stop;
  stop.request_stop();
  const auto built = this->runtime().Build(this->Build(), {}, stop.get_token());
  ASSERT_FALSE(built.ok());
  EXPECT_EQ(built.error().code, Code::kCancelled);
}

TYPED_TEST_P(ContainerRuntimeContract, UpRunsWhatTheFileSaysAndAgainChangesNothing) {
  this->BuildAndUp();
  const auto first = this->Containers();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].name, this->id() + ".web.1");
  EXPECT_EQ(first[0].instance, this->id());
  EXPECT_EQ(first[0].service, "web");
  EXPECT_EQ(first[0].release, 1U);
  EXPECT_EQ(first[0].state, ContainerState::kRunning);
  EXPECT_FALSE(first[0].address.empty());
  EXPECT_EQ(this->Counts(), (std::vector<std::size_t>{1, 1, 1, 1}));
  ASSERT_TRUE(this->runtime().Up(this->Compose(), {}, {}).ok());
  const auto second = this->Containers();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].id, first[0].id);
}

TYPED_TEST_P(ContainerRuntimeContract, UpOfAnotherReleaseReplacesTheContainer) {
  this->BuildAndUp();
  const auto first = this->Containers();
  ASSERT_TRUE(this->runtime().Up(this->Compose(2), {}, {}).ok());
  const auto second = this->Containers();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NE(second[0].id, first[0].id);
  EXPECT_EQ(second[0].release, 2U);
}

TYPED_TEST_P(ContainerRuntimeContract, StopAndStartKeepTheSameContainers) {
  this->BuildAndUp();
  const auto before = this->Containers();
  ASSERT_TRUE(this->runtime().Stop(this->id(), Seconds(1)).ok());
  ASSERT_TRUE(this->runtime().Stop(this->id(), Seconds(1)).ok()) << "asked twice";
  ASSERT_EQ(this->Containers().at(0).state, ContainerState::kExited);
  EXPECT_EQ(this->Containers().at(0).address, "");
  ASSERT_TRUE(this->runtime().StartKept(this->id()).ok());
  ASSERT_TRUE(this->runtime().StartKept(this->id()).ok()) << "asked twice";
  const auto after = this->Containers();
  ASSERT_EQ(after.size(), before.size());
  EXPECT_EQ(after[0].id, before[0].id);
  EXPECT_EQ(after[0].state, ContainerState::kRunning);
}

TYPED_TEST_P(ContainerRuntimeContract, StopSparesWhatItIsTold) {
  this->BuildAndUp();
  ASSERT_TRUE(this->runtime().StopBut(this->id(), {"web"}, Seconds(1)).ok());
  EXPECT_EQ(this->Containers().at(0).state, ContainerState::kRunning);
  ASSERT_TRUE(this->runtime().StopBut(this->id(), {"db"}, Seconds(1)).ok());
  EXPECT_EQ(this->Containers().at(0).state, ContainerState::kExited);
}

TYPED_TEST_P(ContainerRuntimeContract, StartOfWhatIsNotThereIsNotFoundAndStopIsDone) {
  const auto started = this->runtime().StartKept(this->id());
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, Code::kNotFound);
  EXPECT_TRUE(this->runtime().Stop(this->id(), Seconds(1)).ok());
}

TYPED_TEST_P(ContainerRuntimeContract, RemoveLeavesNothingButImagesAndAskedTwiceIsDone) {
  this->BuildAndUp();
  ASSERT_TRUE(this->runtime().Remove(this->id(), false).ok());
  ASSERT_TRUE(this->runtime().Remove(this->id(), false).ok());
  EXPECT_EQ(this->Counts(), (std::vector<std::size_t>{0, 0, 0, 1}));
  ASSERT_TRUE(this->runtime().RemoveImage(this->Build().tag).ok());
  ASSERT_TRUE(this->runtime().RemoveImage(this->Build().tag).ok());
  EXPECT_EQ(this->Counts(), (std::vector<std::size_t>{0, 0, 0, 0}));
}

TYPED_TEST_P(ContainerRuntimeContract, RemoveMayKeepVolumes) {
  this->BuildAndUp();
  ASSERT_TRUE(this->runtime().Remove(this->id(), true).ok());
  EXPECT_EQ(this->Counts(), (std::vector<std::size_t>{0, 0, 1, 1}));
}

TYPED_TEST_P(ContainerRuntimeContract, AnImageInUseStays) {
  this->BuildAndUp();
  const auto image = this->Containers().at(0).image_id;
  EXPECT_TRUE(this->runtime().RemoveImage(image).ok());
  EXPECT_EQ(*this->runtime().ImageId(image), image);
}

TYPED_TEST_P(ContainerRuntimeContract, AForeignProjectOfThatNameIsRefused) {
  ASSERT_TRUE(this->runtime().Build(this->Build(), {}, {}).ok());
  this->fixture_.MakeForeign(this->id());
  const auto up = this->runtime().Up(this->Compose(), {}, {});
  ASSERT_FALSE(up.ok());
  EXPECT_EQ(up.error().code, Code::kFailedPrecondition);
  EXPECT_TRUE(this->Containers().empty());
}

TYPED_TEST_P(ContainerRuntimeContract, ExecGivesOutputAndExitCode) {
  this->BuildAndUp();
  auto session = this->runtime().Exec({this->id(), "web", {"cat"}});
  ASSERT_TRUE(session.ok()) << ToString(session.error());
  ASSERT_TRUE((*session)->Write("hello").ok());
  ASSERT_TRUE((*session)->CloseInput().ok());
  std::string all;
  for (;;) {
    const auto chunk = (*session)->Read();
    ASSERT_TRUE(chunk.ok()) << ToString(chunk.error());
    if (chunk->bytes.empty()) break;
    all += chunk->bytes;
  }
  EXPECT_EQ(all, "hello");
  EXPECT_EQ((*session)->ExitCode().value(), 0);
}

TYPED_TEST_P(ContainerRuntimeContract, ExecNeedsAServiceThatRuns) {
  EXPECT_EQ(this->runtime().Exec({this->id(), "web", {"cat"}}).error().code, Code::kNotFound);
  this->BuildAndUp();
  ASSERT_TRUE(this->runtime().Stop(this->id(), Seconds(0)).ok());
  EXPECT_EQ(this->runtime().Exec({this->id(), "web", {"cat"}}).error().code, Code::kFailedPrecondition);
}

TYPED_TEST_P(ContainerRuntimeContract, AWatchTellsOfStartsAndEnds) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::vector<std::string> seen;
  std::jthread watcher([&](std::stop_token stop) {
    const auto ended = this->runtime().Watch(
        [&](const std::string& instance) {
          const std::lock_guard lock(mutex);
          seen.push_back(instance);
          changed.notify_all();
        },
        stop);
    EXPECT_TRUE(ended.ok());
  });
  const auto wait_for = [&](const std::string& instance) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10),
                            [&] { return std::count(seen.begin(), seen.end(), instance) > 0; });
  };
  ASSERT_TRUE(wait_for(""));
  this->BuildAndUp();
  EXPECT_TRUE(wait_for(this->id()));
}

TYPED_TEST_P(ContainerRuntimeContract, ListeningAndHealthNeedARunningContainer) {
  EXPECT_FALSE(this->runtime().ListeningPorts("0123456789ab").ok());
  this->BuildAndUp();
  const auto id = this->Containers().at(0).id;
  EXPECT_TRUE(this->runtime().ListeningPorts(id).ok());
  EXPECT_EQ(this->runtime().ProbeHealth(id, {}).error().code, Code::kNotFound) << "it has no healthcheck";
  ASSERT_TRUE(this->runtime().Stop(this->id(), Seconds(0)).ok());
  EXPECT_EQ(this->runtime().ListeningPorts(id).error().code, Code::kFailedPrecondition);
}

TYPED_TEST_P(ContainerRuntimeContract, AnImageHasTheSameContentByTagAndById) {
  auto& runtime = this->runtime();
  EXPECT_EQ(*runtime.ImageContent(this->Build().tag), "");
  ASSERT_TRUE(runtime.Build(this->Build(), {}, {}).ok());
  EXPECT_NE(*runtime.ImageContent(this->Build().tag), "");
  EXPECT_EQ(*runtime.ImageContent(*runtime.ImageId(this->Build().tag)),
            *runtime.ImageContent(this->Build().tag));
}

TYPED_TEST_P(ContainerRuntimeContract, WhatIsLentIsGivenBackAndStartsAgain) {
  this->BuildAndUp();
  const auto lent = this->Containers().at(0).id;
  const auto other = this->id() + "_trial";
  auto request = this->Compose();
  request.compose_json =
      std::regex_replace(request.compose_json, std::regex(this->id() + "\\.web"), other + ".web");
  request.compose_json = std::regex_replace(
      request.compose_json, std::regex("instance\":\"" + this->id() + "\""), "instance\":\"" + other + "\"");
  request.instance = other;
  request.lent = {{lent, other + "_default", {"store"}}};
  for (const bool is_stopped : {false, true}) {
    const auto up = this->runtime().Up(request, {}, {});
    ASSERT_TRUE(up.ok()) << ToString(up.error());
    if (is_stopped) {
      ASSERT_TRUE(this->runtime().Stop(this->id(), Seconds(0)).ok());
    } else {
      ASSERT_TRUE(this->runtime().Stop(other, Seconds(0)).ok());
    }
    ASSERT_TRUE(this->runtime().Remove(other, false).ok());
    ASSERT_TRUE(this->runtime().Stop(this->id(), Seconds(0)).ok());
    const auto started = this->runtime().StartKept(this->id());
    ASSERT_TRUE(started.ok()) << ToString(started.error());
    EXPECT_EQ(this->Containers().at(0).id, lent);
    EXPECT_TRUE(this->runtime().Containers(other)->empty());
  }
}

TYPED_TEST_P(ContainerRuntimeContract, FollowedLogsEndWhenTheInstanceIsGoneOrStopIsRequested) {
  this->BuildAndUp();
  std::stop_source stop;
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop.request_stop();
  });
  EXPECT_TRUE(this->runtime()
                  .Logs(
                      {this->id(), {}, true, {}, {}}, [](const LogLine&) {}, stop.get_token())
                  .ok());
  std::jthread remover([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    EXPECT_TRUE(this->runtime().Remove(this->id(), false).ok());
  });
  EXPECT_TRUE(this->runtime().Logs({this->id(), {}, true, {}, {}}, [](const LogLine&) {}, {}).ok());
}

REGISTER_TYPED_TEST_SUITE_P(
    ContainerRuntimeContract, ABuildMakesALabelledImageUnderItsTag, TheSameBuildAgainIsCachedAndTheSameImage,
    ABuildWithoutDockerfileSaysSoAndLeavesNothing, ACancelledBuildIsCancelled,
    UpRunsWhatTheFileSaysAndAgainChangesNothing, UpOfAnotherReleaseReplacesTheContainer,
    StopAndStartKeepTheSameContainers, StopSparesWhatItIsTold, StartOfWhatIsNotThereIsNotFoundAndStopIsDone,
    RemoveLeavesNothingButImagesAndAskedTwiceIsDone, RemoveMayKeepVolumes, AnImageInUseStays,
    AForeignProjectOfThatNameIsRefused, ExecGivesOutputAndExitCode, ExecNeedsAServiceThatRuns,
    AWatchTellsOfStartsAndEnds, ListeningAndHealthNeedARunningContainer, AnImageHasTheSameContentByTagAndById,
    WhatIsLentIsGivenBackAndStartsAgain, FollowedLogsEndWhenTheInstanceIsGoneOrStopIsRequested);

}  // namespace edm::worker
