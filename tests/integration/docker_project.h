#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/integration/docker_fixture.h"

namespace edm::worker {

// One instance on the real engine, from an image on busybox; removed before and after.
class DockerProject : public ::testing::Test {
 protected:
  explicit DockerProject(std::string id) : id_(std::move(id)) {}

  void SetUp() override { RemoveAll(); }
  void TearDown() override { RemoveAll(); }

  void RemoveAll() {
    EXPECT_TRUE(runtime().Remove(id_, false).ok());
    const auto all = runtime().Everything();
    ASSERT_TRUE(all.ok());
    for (const auto& image : all->images) {
      if (image.instance != id_) continue;
      EXPECT_TRUE(runtime().RemoveImage(image.id).ok());
    }
  }

  DockerRuntime& runtime() { return docker_.runtime(); }

  BuildRequest Request(const std::string& service = "web") {
    BuildRequest request;
    request.instance = id_;
    request.service = service;
    request.context_directory = docker_.context();
    request.dockerfile = "Dockerfile";
    request.tag = "edm/" + id_ + "/" + service + ":r1";
    return request;
  }

  std::string Image() {
    const auto built = runtime().Build(Request("base"), {}, {});
    EXPECT_TRUE(built.ok()) << ToString(built.error());
    return Request("base").tag;
  }

  // A service that runs `script` in its shell.
  nlohmann::json Service(const std::string& name, const std::string& script,
                         const nlohmann::json& more = {}) {
    nlohmann::json service{{"image", Request("base").tag},
                           {"pull_policy", "never"},
                           {"container_name", id_ + "." + name + ".1"},
                           {"command", {"/bin/sh", "-c", script}},
                           {"labels", Labels(name)},
                           {"stop_grace_period", "1s"}};
    if (more.is_object()) service.update(more);
    return service;
  }

  Status Up(const nlohmann::json& services, Millis deadline = Millis(60'000)) {
    static_cast<void>(Image());
    UpRequest request{id_, "", docker_.context(), deadline};
    request.compose_json =
        nlohmann::json{{"services", services}, {"networks", {{"default", {{"labels", Labels("")}}}}}}.dump();
    return runtime().Up(request, {}, {});
  }

  nlohmann::json Labels(const std::string& service) {
    return {{"dev.edm.instance", id_}, {"dev.edm.release", "1"}, {"dev.edm.service", service}};
  }

  static Millis Since(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began);
  }

  std::string id_;
  DockerFixture docker_;
};

}  // namespace edm::worker
