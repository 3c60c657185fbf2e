#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "worker/ports/container_runtime.h"

namespace edm::worker {

// An engine in memory, for tests of whoever drives one. Any thread. What a call does may be scripted by its
// name
// ("Build", "Up", "Stop", "StartKept", "Remove", …): an error in place of its work, a failure after it, a
// delay.
class FakeContainerRuntime : public ContainerRuntime {
 public:
  // The next `times` calls of that name fail (-1: all of them). `about`: only for that instance or tag.
  void Fail(const std::string& call, Error error, int times = 1, const std::string& about = "");
  // As Fail, but after the work was done: the caller does not learn that it was.
  void FailAfter(const std::string& call, Error error, int times = 1, const std::string& about = "");
  // Each such call takes that long, unless it is told to stop.
  void Delay(const std::string& call, Millis lasts);
  // Lines that a build of this service prints.
  void BuildPrints(const std::string& service, std::vector<std::string> lines);
  // What a container of this service does once started (default: it runs on, without a healthcheck).
  void Behaves(const std::string& service, ContainerState state, ContainerHealth health, int exit_code = 0);
  void Listens(const std::string& service, std::vector<ListeningPort> ports);
  void Prints(const std::string& service, std::vector<std::string> lines);
  // Something of somebody else, named like an instance.
  void AddForeignProject(const std::string& name);
  // Images that are made of the same.
  void SetContent(const std::string& id_or_tag, const std::string& content);
  // As one that came from a registry: an earlier one loses the tag.
  void AddImage(const Footprint::Object& image, const std::string& tag);
  // Who is lent to the networks of an instance, by its names there.
  std::vector<LentContainer> LentTo(const std::string& instance) const;
  // Changes what runs, and tells the watchers.
  void Kill(const std::string& instance, const std::string& service, int exit_code);
  void Lose(const std::string& instance, const std::string& service);  // as if somebody had removed it
  void SetHealth(const std::string& instance, const std::string& service, ContainerHealth health);
  // Away: every call is kUnavailable.
  void SetAway(bool away);

  // "Up shop", "Build edm/shop/web:r1", in the order they began.
  std::vector<std::string> calls() const;
  bool is_empty() const;  // nothing of ours, images included

  Status Ping() override;
  Result<EngineFacts> Facts() override;
  Result<BuiltImage> Build(const BuildRequest& request, const LineSink& on_line,
                           std::stop_token stop) override;
  Status Up(const UpRequest& request, const LineSink& on_line, std::stop_token stop) override;
  Status StopBut(const std::string& instance, const std::set<std::string>& sparing, Seconds grace) override;
  Status StartKept(const std::string& instance, std::stop_token stop) override;
  Status Remove(const std::string& instance, bool keep_volumes) override;
  Status RemoveImage(const std::string& id_or_tag) override;
  Result<std::vector<ContainerFacts>> Containers(const std::string& instance) override;
  Result<Footprint> Everything() override;
  Result<std::string> ImageId(const std::string& id_or_tag) override;
  // An image's id, or what was said of it.
  Result<std::string> ImageContent(const std::string& id_or_tag) override;
  Result<std::vector<ListeningPort>> ListeningPorts(const std::string& container_id) override;
  Result<HealthProbe> ProbeHealth(const std::string& container_id, std::stop_token stop) override;
  Status Logs(const LogRequest& request, const LogSink& on_line, std::stop_token stop) override;
  // Echoes its input; ends with 0 when the input is closed.
  Result<std::unique_ptr<ExecSession>> Exec(const ExecRequest& request) override;
  Status Watch(const std::function<void(const std::string&)>& on_change, std::stop_token stop) override;
  Result<std::vector<NetworkSubnet>> Subnets() override;
  Result<std::map<std::string, std::uint64_t>> VolumeSizes(Millis deadline) override;

 private:
  struct Script {
    std::string call;
    std::string about;
    Error error;
    int times;
    bool after;
  };
  struct Behaviour {
    ContainerState state = ContainerState::kRunning;
    ContainerHealth health = ContainerHealth::kNone;
    int exit_code = 0;
    std::vector<ListeningPort> ports;
    std::vector<std::string> lines;
  };
  struct Image {
    std::string id;
    std::string instance;
    std::uint32_t release = 0;
    std::set<std::string> tags;
  };
  using Lock = std::unique_lock<std::mutex>;

  // Records the call, waits out its delay, and gives the error scripted for it.
  Status Begin(Lock& lock, const std::string& call, const std::string& about, std::stop_token stop = {});
  Status End(const std::string& call, const std::string& about);
  std::optional<Error> Scripted(const std::string& call, const std::string& about, bool after);
  void StartContainer(ContainerFacts& container);
  void Changed(const std::string& instance);
  std::string NextId();
  ContainerFacts* Find(const std::string& container_id);
  Image* FindImage(const std::string& id_or_tag);
  void UpLocked(const UpRequest& request, const LineSink& on_line, Error* failure);

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool away_ = false;
  std::uint64_t made_ = 0;
  std::deque<Script> scripts_;
  std::map<std::string, Millis> delays_;
  std::map<std::string, std::vector<std::string>> build_lines_;
  std::map<std::string, Behaviour> behaviours_;
  std::vector<std::string> calls_;
  std::set<std::string> foreign_;
  std::vector<ContainerFacts> containers_;
  std::vector<Footprint::Object> networks_;
  std::vector<Footprint::Object> volumes_;
  std::vector<Image> images_;
  std::map<std::string, std::string> contents_;
  std::map<std::string, std::vector<LentContainer>> lent_;  // by whom they are lent to
  std::map<std::string, std::string> built_by_content_;
  std::vector<std::string> changes_;  // instances, in order; a watcher keeps its own place
};

}  // namespace edm::worker
