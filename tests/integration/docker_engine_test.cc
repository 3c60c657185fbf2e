#include <signal.h>
#include <sys/mount.h>

#include <array>
#include <atomic>
#include <thread>

#include "tests/integration/docker_project.h"

namespace edm::worker {
namespace {

// An engine of our own that may be stopped. It has a network namespace to itself: an engine makes, and with
// --bridge=none even removes, the bridge docker0 of the namespace that it finds itself in.
class OwnEngine {
 public:
  OwnEngine() { Start(); }
  ~OwnEngine() {
    Stop();
    std::ifstream mounts("/proc/mounts");
    std::vector<std::string> ours;
    for (std::string device, path, rest; mounts >> device >> path && std::getline(mounts, rest);) {
      if (path.starts_with(folder_.path() + "/")) ours.push_back(path);
    }
    for (auto path = ours.rbegin(); path != ours.rend(); ++path) ::umount2(path->c_str(), MNT_DETACH);
  }

  std::string endpoint() const { return "unix://" + folder_.path() + "/engine.sock"; }

  void Start() {
    const std::string& at = folder_.path();
    std::ofstream(at + "/daemon.json") << R"({"deprecated-key-path":")" << at << R"(/key.json"})";
    ProcessSpec spec;
    spec.argv = {"unshare",
                 "--net",
                 "dockerd",
                 "--config-file",
                 at + "/daemon.json",
                 "--data-root",
                 at + "/data",
                 "--exec-root",
                 at + "/exec",
                 "-p",
                 at + "/pid",
                 "-H",
                 endpoint(),

                 "--iptables=false",
                 "--ip6tables=false",
                 "--cgroup-parent=/dockertest-engine"};
    spec.environment = {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}};
    spec.deadline = Millis(300'000);
    auto started = processes_.Start(spec);
    ASSERT_TRUE(started.ok()) << ToString(started.error());
    engine_ = std::move(started).value();
    // Its log must not fill the pipe.
    log_ = std::jthread([this] {
      std::array<char, 4096> buffer;
      while (engine_->Read(buffer).value() > 0) {
      }
    });
    EngineApi api(endpoint());
    for (int i = 0; i < kPingsMax && !api.Ping(Millis(1'000)).ok(); ++i)
      std::this_thread::sleep_for(Millis(50));
  }

  void Stop() {
    if (!engine_) return;
    // As its service would stop it; it then ends its containers and containerd itself.
    int pid = 0;
    std::ifstream(folder_.path() + "/pid") >> pid;
    if (pid > 1) ::kill(pid, SIGTERM);
    log_.join();
    static_cast<void>(engine_->Wait());
    engine_.reset();
  }

 private:
  static constexpr int kPingsMax = 400;  // 20 s

  TemporaryFolder folder_;
  BoostProcessRunner processes_;
  std::unique_ptr<Process> engine_;
  std::jthread log_;
};

TEST(DockerEngine, AnEngineThatIsAwayIsUnavailableAndTheHintSaysWhatToDo) {
  DockerFixture docker("unix:///nonexistent/engine.sock");
  auto& runtime = docker.runtime();
  const std::vector<Status> ends{
      runtime.Ping(),
      runtime.Stop("dockertest-away", Seconds(1)),
      runtime.StartKept("dockertest-away"),
      runtime.Remove("dockertest-away", false),
      runtime.RemoveImage("edm/dockertest-away/web:r1"),
      runtime.Up({"dockertest-away", "{\"services\":{}}", docker.context()}, {}, {}),
      runtime.Watch([](const std::string&) {}, {}),
  };
  for (const auto& end : ends) {
    ASSERT_FALSE(end.ok());
    EXPECT_EQ(end.error().code, Code::kUnavailable) << ToString(end.error());
    EXPECT_FALSE(end.error().hint.empty());
  }
  BuildRequest build;
  build.service = "web";
  build.context_directory = docker.context();
  build.dockerfile = "Dockerfile";
  EXPECT_EQ(runtime.Build(build, {}, {}).error().code, Code::kUnavailable);
  EXPECT_EQ(runtime.Everything().error().code, Code::kUnavailable);
}

TEST(DockerEngine, AnInstanceOutlivesARestartOfItsEngine) {
  OwnEngine engine;
  DockerFixture docker(engine.endpoint());
  auto& runtime = docker.runtime();
  const std::string id = "dockertest-restart";
  BuildRequest build;
  build.instance = id;
  build.service = "web";
  build.context_directory = docker.context();
  // No RUN: the builder has no network for it on this engine.
  build.dockerfile_inline = "FROM scratch\nCOPY busybox /busybox\nCMD [\"/busybox\", \"sleep\", \"1000\"]\n";
  build.tag = "edm/" + id + "/web:r1";
  const auto built = runtime.Build(build, {}, {});
  ASSERT_TRUE(built.ok()) << ToString(built.error());
  const nlohmann::json labels{{"dev.edm.instance", id}, {"dev.edm.release", "1"}, {"dev.edm.service", "web"}};
  const nlohmann::json service{
      {"image", build.tag},      {"pull_policy", "never"}, {"container_name", id + ".web.1"},
      {"labels", labels},        {"network_mode", "none"}, {"restart", "unless-stopped"},
      {"stop_signal", "SIGKILL"}};
  const UpRequest up{id, nlohmann::json{{"services", {{"web", service}}}}.dump(), docker.context()};
  const auto started = runtime.Up(up, {}, {});
  ASSERT_TRUE(started.ok()) << ToString(started.error());
  const auto before = runtime.Containers(id);
  ASSERT_EQ(before->size(), 1U);

  std::atomic<bool> watching = false;
  std::atomic<bool> watch_failed = false;
  std::jthread watcher([&](std::stop_token stop) {
    watch_failed = !runtime.Watch([&](const std::string&) { watching = true; }, stop).ok();
  });
  while (!watching) std::this_thread::sleep_for(Millis(5));
  std::this_thread::sleep_for(Millis(200));
  engine.Stop();
  EXPECT_EQ(runtime.Containers(id).error().code, Code::kUnavailable);
  watcher.join();
  EXPECT_TRUE(watch_failed) << "the watcher learns that the engine went away";

  engine.Start();
  ASSERT_TRUE(runtime.Ping().ok());
  ASSERT_TRUE(runtime.StartKept(id).ok());
  const auto after = runtime.Containers(id);
  ASSERT_TRUE(after.ok());
  ASSERT_EQ(after->size(), 1U);
  EXPECT_EQ(after->at(0).id, before->at(0).id);
  EXPECT_EQ(after->at(0).state, ContainerState::kRunning);
  EXPECT_TRUE(runtime.Remove(id, false).ok());
  EXPECT_TRUE(runtime.RemoveImage(build.tag).ok());
  const auto all = runtime.Everything();
  EXPECT_TRUE(all->containers.empty() && all->images.empty());
}

}  // namespace
}  // namespace edm::worker
