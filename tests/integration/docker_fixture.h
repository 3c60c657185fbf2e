#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/adapters/process/boost_process_runner.h"
#include "tests/fakes/temporary_folder.h"
#include "worker/adapters/docker/docker_runtime.h"
#include "worker/adapters/docker/readiness_watch.h"

namespace edm::worker {

// The engine of this machine (DOCKER_HOST), and a folder with a Dockerfile on busybox: nothing is pulled.
class DockerFixture {
 public:
  static constexpr const char* kBusybox = "/bin/busybox";  // package busybox-static

  explicit DockerFixture(const std::string& endpoint = DefaultEndpoint())
      : runtime_({endpoint, folder_.path() + "/staging"}, processes_) {
    std::filesystem::create_directories(context());
    std::filesystem::copy_file(kBusybox, context() + "/busybox");
    Write("run.sh", "trap 'exit 0' TERM\nwhile :; do sleep 1 & wait; done\n");
    Write("Dockerfile", Base() + "COPY run.sh /run.sh\nCMD [\"/bin/sh\", \"/run.sh\"]\n");
  }

  static std::string DefaultEndpoint() {
    const char* host = std::getenv("DOCKER_HOST");
    return host == nullptr ? "unix:///var/run/docker.sock" : host;
  }
  static std::string Base() {
    return "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]\n";
  }

  DockerRuntime& runtime() { return runtime_; }
  ProcessRunner& processes() { return processes_; }
  std::string context() const { return folder_.path() + "/context"; }
  const std::string& folder() const { return folder_.path(); }
  void Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(context() + "/" + name).parent_path());
    std::ofstream(context() + "/" + name, std::ios::binary) << text;
  }

 private:
  TemporaryFolder folder_;
  BoostProcessRunner processes_;
  DockerRuntime runtime_;
};

}  // namespace edm::worker
