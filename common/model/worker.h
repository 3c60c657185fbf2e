#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/base/time.h"

namespace edm {

// Sampled once a second on a worker; shares are 0 to 1.
struct Load {
  double cpu = 0;          // smoothed
  double cpu_lasting = 0;  // in use all the time, bursts left out
  std::uint32_t memory_total_mib = 0;
  std::uint32_t memory_available_mib = 0;
  std::uint32_t disk_total_mib = 0;
  std::uint32_t disk_free_mib = 0;
  std::uint32_t running = 0;  // instances
  std::uint32_t building = 0;
  std::uint32_t networks_free = 0;
  WallTime sampled_at;
};

enum class WorkerState : std::uint8_t { kJoining = 0, kReady = 1, kCordoned = 2, kDraining = 3, kLost = 4 };

// What people want of a worker, whether or not it is there.
enum class Availability : std::uint8_t { kActive = 0, kClosed = 1, kEmptying = 2 };

// The container engine of a worker; what it did not tell is "".
struct EngineFacts {
  std::string version;
  std::string api_version;
  std::string compose_version;
  std::string storage_driver;
  std::string cgroup_version;  // "1" or "2"
  std::string id{};            // two workers may share one engine
  bool operator==(const EngineFacts&) const = default;
};

// A machine's agent: its static facts.
struct WorkerFacts {
  std::string id;
  std::string rpc_address;     // host:port, where the master reaches it
  std::string public_address;  // where people reach what it runs
  std::map<std::string, std::string> labels;
  std::uint32_t cores = 0;
  std::uint32_t gpus = 0;
  std::string architecture;
  std::string version;
  EngineFacts engine;
  std::optional<WallTime> certificate_ends_at;  // of its own; none: it did not say
};

}  // namespace edm
