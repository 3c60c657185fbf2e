#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/worker.h"
#include "worker/ports/exec_session.h"

namespace edm::worker {

// One image to make. Paths are absolute and were judged by the policy before.
struct BuildRequest {
  std::string instance;
  std::string service;
  std::string context_directory;
  std::string dockerfile;         // path relative to the context
  std::string dockerfile_inline;  // used instead, when not empty
  std::string target;
  std::map<std::string, std::string> arguments;
  std::map<std::string, std::string> labels;  // besides instance and service, which are always set
  std::string tag;                            // "edm/<id>/<service>:r<release>"
  bool no_cache = false;
};

struct BuiltImage {
  std::string id;  // "sha256:…"
  bool cached = false;
};

enum class ContainerState : std::uint8_t {
  kCreated,
  kRunning,
  kPaused,
  kRestarting,
  kExited,
  kDead,
  kRemoving
};
enum class ContainerHealth : std::uint8_t { kNone, kStarting, kHealthy, kUnhealthy };

struct PublishedPort {
  std::uint16_t container_port = 0;
  std::string protocol = "tcp";
  std::string host_ip;
  std::uint16_t host_port = 0;
};

// What the engine says of one container of ours. `instance`, `release`, `service` and `worker`
// come from its labels.
struct ContainerFacts {
  std::string id;
  std::string name;
  std::string instance;
  std::uint32_t release = 0;
  std::string service;
  std::string worker;
  std::string image_id;
  ContainerState state = ContainerState::kCreated;
  ContainerHealth health = ContainerHealth::kNone;
  int exit_code = 0;
  bool oom_killed = false;
  std::uint32_t restarts = 0;
  WallTime started_at;
  WallTime finished_at;
  std::string address;  // on its own network; "" while it does not run
  std::vector<PublishedPort> ports;
};

// Everything on the engine that carries our label, for sweeping after a crash and for tests.
struct Footprint {
  std::vector<ContainerFacts> containers;
  struct Object {
    std::string id;
    std::string name;
    std::string instance;
    std::uint32_t release = 0;
    std::optional<std::uint64_t> size_bytes;  // of an image, with the layers that it shares
    std::string worker;
  };
  std::vector<Object> networks;
  std::vector<Object> volumes;
  std::vector<Object> images;
};

// A subnet that a network of the engine uses.
struct NetworkSubnet {
  std::string subnet;    // "172.17.0.0/16"
  std::string instance;  // whose network it is; "": not ours
};

struct ListeningPort {
  std::uint16_t port = 0;
  bool loopback_only = false;  // reached by nobody outside the container
  bool operator==(const ListeningPort&) const = default;
};

struct HealthProbe {
  std::string command;  // as people write it
  int exit_code = 0;    // 0: healthy
  std::string output;   // the last 4 KiB, UTF-8
};

// A container of another project, connected to one of the project's networks before anything is started
// there.
struct LentContainer {
  std::string id;
  std::string network;             // its name on the engine
  std::vector<std::string> names;  // by which it is found there
};

struct UpRequest {
  std::string instance;      // the compose project
  std::string compose_json;  // final: exactly what was judged (core/compose)
  std::string directory;     // the checkout, for relative paths
  Millis deadline{120'000};
  // How long what others depend on may take to be healthy or done, once all is made; none: until the
  // deadline.
  std::optional<Millis> start_within;
  std::vector<LentContainer> lent;
  bool at_once = false;  // does not wait until others have started: nobody is served meanwhile
};

struct LogRequest {
  std::string instance;
  std::vector<std::string> services;  // empty: all
  bool follow = false;
  std::optional<WallTime> since;
  std::optional<std::uint32_t> tail;  // lines per container
};

struct LogLine {
  std::string service;
  std::string container;
  bool is_stderr = false;
  WallTime time;
  std::string text;  // UTF-8
};

// Builds, runs, lists and removes on one container engine. Blocking; any thread. Idempotent: asked twice for
// the same thing, the second call finds it done. Touches nothing that does not carry our labels. Errors:
// kUnavailable (the engine is away), kFailedPrecondition (a foreign project has that name, no image),
// kCancelled (stop was requested), kDeadlineExceeded, kResourceExhausted (no space, no subnet, no port),
// kInternal (with the engine's words as evidence).
class ContainerRuntime {
 public:
  using LineSink = std::function<void(std::string_view line)>;
  using LogSink = std::function<void(const LogLine&)>;

  virtual ~ContainerRuntime() = default;

  virtual Status Ping() = 0;
  virtual Result<EngineFacts> Facts() = 0;

  // `stop` ends the build within a second; nothing but the engine's cache stays.
  virtual Result<BuiltImage> Build(const BuildRequest& request, const LineSink& on_line,
                                   std::stop_token stop) = 0;

  // Creates and starts what differs, dependencies first: waits for what a service depends on (healthy, ended
  // with 0), then returns when all were started, not when they are ready. A dependency that fails ends it
  // with kFailedPrecondition, its last lines as evidence, and everything stays for inspection. kAborted: a
  // network's subnet was taken by another network before it could be made.
  virtual Status Up(const UpRequest& request, const LineSink& on_line, std::stop_token stop) = 0;

  // Keeps containers, networks and volumes; the services of `sparing` run on. What was lent is given back.
  // Nothing there: ok.
  virtual Status StopBut(const std::string& instance, const std::set<std::string>& sparing,
                         Seconds grace) = 0;
  Status Stop(const std::string& instance, Seconds grace) { return StopBut(instance, {}, grace); }
  // Starts the kept containers, dependencies first. kNotFound when there are none.
  virtual Status StartKept(const std::string& instance, std::stop_token stop = {}) = 0;
  // Containers and networks; volumes too unless kept. What was lent is given back. Images stay (RemoveImage).
  virtual Status Remove(const std::string& instance, bool keep_volumes) = 0;
  // Not there: ok. Used by a container: ok, and it stays.
  virtual Status RemoveImage(const std::string& id_or_tag) = 0;

  virtual Result<std::vector<ContainerFacts>> Containers(const std::string& instance) = 0;
  virtual Result<Footprint> Everything() = 0;
  // The id of an image ("sha256:…"); "" when the engine does not have it.
  virtual Result<std::string> ImageId(const std::string& id_or_tag) = 0;
  // What an image is made of and how it runs, to be compared: the same for builds that differ in our labels
  // alone. "" when the engine does not have it.
  virtual Result<std::string> ImageContent(const std::string& id_or_tag) = 0;

  // TCP ports on which something listens inside the container, by port. kFailedPrecondition: it does not run.
  virtual Result<std::vector<ListeningPort>> ListeningPorts(const std::string& container_id) = 0;

  // Runs the container's own health command once, now: the engine's first probe comes only after its
  // interval. Takes at most the healthcheck's timeout. kNotFound: it has none; kFailedPrecondition: it does
  // not run.
  virtual Result<HealthProbe> ProbeHealth(const std::string& container_id, std::stop_token stop) = 0;

  // The last lines and, when following, those to come, until `stop` or until nothing of the instance is left.
  // Merged by time unless following.
  virtual Status Logs(const LogRequest& request, const LogSink& on_line, std::stop_token stop) = 0;
  virtual Result<std::unique_ptr<ExecSession>> Exec(const ExecRequest& request) = 0;

  // Calls `on_change` with the instance whose container started, died, or changed its health, until `stop`
  // (ok) or until the engine closes the stream (an error: call again). Once with "" when the watch stands:
  // list then.
  virtual Status Watch(const std::function<void(const std::string& instance)>& on_change,
                       std::stop_token stop) = 0;

  // What the engine's networks use now.
  virtual Result<std::vector<NetworkSubnet>> Subnets() = 0;

  // Bytes on disk by the volume's name; what the engine cannot tell is left out. Slow: it walks through them.
  virtual Result<std::map<std::string, std::uint64_t>> VolumeSizes(Millis deadline) = 0;
};

}  // namespace edm::worker
