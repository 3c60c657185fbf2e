#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/result.h"

namespace edm::ctl {

// One process that `dev up` started. Its start time (clock ticks after boot) tells it from a later one that
// got the same pid.
struct ProcessMark {
  pid_t pid = 0;
  std::uint64_t started = 0;
  bool operator==(const ProcessMark&) const = default;
};

struct DevPorts {
  std::uint16_t grpc = 8800;
  std::uint16_t http = 8080;
  std::uint16_t cluster = 8801;
  std::uint16_t worker_http = 8833;
  std::uint16_t worker_rpc = 8834;
  bool operator==(const DevPorts&) const = default;
};

// What `dev up` made on this machine, so that a second run finds it and `dev down` ends exactly that.
struct DevRecord {
  DevPorts ports;
  bool systemd = false;
  bool joined = false;                       // the worker has its certificate
  std::string public_address = "127.0.0.1";  // where instances are reached
  std::string docker_socket;                 // "" for the usual one
  ProcessMark master;
  ProcessMark worker;
  bool operator==(const DevRecord&) const = default;
};

// Nothing when there is no record.
Result<std::optional<DevRecord>> LoadRecord(const std::string& path);
Status SaveRecord(const std::string& path, const DevRecord& record);

}  // namespace edm::ctl
