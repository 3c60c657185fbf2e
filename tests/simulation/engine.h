#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "worker/ports/container_runtime.h"

namespace edm::simulation {

// One compose project on one engine: an instance, or a trial of one.
struct Copy {
  std::map<std::string, worker::ContainerFacts> containers;  // by service
  std::map<std::string, std::string> commits;                // what each was built from
  std::set<std::uint16_t> ports;                             // published ones
  std::uint32_t memory_mib = 0;
  bool has_network = false;
  std::set<std::string> volumes;

  bool lives() const;
  bool is_empty() const { return containers.empty() && !has_network && volumes.empty(); }
};

struct EngineImage {
  std::string id;
  std::string tag;
  std::string instance;
  std::uint32_t release = 0;
  std::string commit;
};

// What a container engine holds. It outlives the worker's process, and stops with its machine.
class Engine {
 public:
  explicit Engine(std::string worker) : worker_(std::move(worker)) {}

  // Called with each project that changed.
  std::function<void(const std::string& project)> on_change = [](const std::string&) {};
  // A port that a project wants is published by another one.
  std::function<void(const std::string& project, const std::string& other)> on_clash =
      [](const std::string&, const std::string&) {};
  bool is_away = false;
  bool refuses_at_times = true;  // to stop or remove what it says is busy

  // The first half of "up": what differs is made anew, and nothing of it started. kFailedPrecondition: a port
  // is taken.
  Status Create(const std::string& project, const std::string& compose_json, WallTime now);
  Status Start(const std::string& project, WallTime now);
  void Stop(const std::string& project, const std::set<std::string>& sparing, WallTime now);
  void Remove(const std::string& project, bool keep_volumes);
  void AddImage(EngineImage image);
  void RemoveImage(const std::string& id_or_tag);
  const EngineImage* FindImage(const std::string& id_or_tag) const;
  // A container ends by itself.
  void Kill(const std::string& project, WallTime now);
  // None of the ports is published by another one that lives; else kFailedPrecondition, and on_clash.
  Status CheckPorts(const std::string& project, const std::set<std::uint16_t>& ports) const;
  // The machine goes down.
  void StopAll(WallTime now);

  const std::map<std::string, Copy>& copies() const { return copies_; }
  const std::map<std::string, EngineImage>& images() const { return images_; }
  const Copy* Find(const std::string& project) const;
  std::uint32_t memory_used_mib() const;
  std::vector<worker::ContainerFacts> ContainersOf(const std::string& project) const;
  worker::Footprint Everything() const;

 private:
  std::string NextId() { return "sha256:" + std::to_string(++made_); }

  const std::string worker_;
  std::uint64_t made_ = 0;
  std::map<std::string, Copy> copies_;
  std::map<std::string, EngineImage> images_;  // by tag
};

}  // namespace edm::simulation
