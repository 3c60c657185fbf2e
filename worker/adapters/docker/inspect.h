#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// What a service waits for before it starts, as compose notes it in a label ("db:service_healthy:false").
struct Dependency {
  enum class Condition : std::uint8_t { kStarted, kHealthy, kCompleted } condition = Condition::kStarted;
  std::string service;
  bool operator==(const Dependency&) const = default;
};
std::vector<Dependency> ParseDependencies(std::string_view label);

struct HealthCommand {
  std::vector<std::string> argv;  // what is executed
  std::string shown;              // as people wrote it
  Millis timeout{30'000};
};

// A container in full, as one inspect call tells.
struct Inspected {
  ContainerFacts facts;
  std::vector<Dependency> dependencies;
  std::optional<HealthCommand> health_command;
  bool tty = false;
  int pid = 0;  // on this machine; 0 while it does not run
};

// Readers of the engine's JSON. What is missing or of another type is left at its default: an engine of
// another version must not end a worker. Pure.
Inspected ReadInspect(const nlohmann::json& document);
// From a list: without exit code of what runs, restarts, OOM flag and times.
ContainerFacts ReadListed(const nlohmann::json& document);
Footprint::Object ReadObject(const nlohmann::json& document, const char* id_key, const char* name_key);

}  // namespace edm::worker
