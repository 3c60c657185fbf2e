#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/core/compose/blueprint.h"

namespace edm::compose {

struct HostPort {
  std::string service;
  std::uint16_t port = 0;  // in the container
  std::string protocol = "tcp";
  std::uint16_t host_port = 0;
};

// A file on the worker, mounted read-only.
struct FileMount {
  std::string service;
  std::string source;  // absolute
  std::string target;  // absolute, in the container
};

// Used for a service that sets no such limit itself; 0: none.
struct DefaultLimits {
  std::uint64_t memory_bytes = 0;
  std::uint32_t pids = 0;
  double cpus = 0;
};

struct LogRotation {
  std::string size = "10m";
  std::uint32_t files = 3;
};

// What only the worker knows.
struct FinalInput {
  std::string instance;  // also the compose project
  std::uint32_t release = 0;
  std::string directory;        // the checkout, absolute
  std::vector<HostPort> ports;  // of the published ports for which the document names no host port
  std::string bind_address;     // host address of published ports; empty: all
  std::map<std::string, std::string> subnets;  // network of the blueprint -> "10.7.3.0/28"
  std::map<std::string, std::string>
      images;  // service -> reference; services without one use edm/<id>/<service>:r<n>
  std::map<std::string, std::string> environment;  // for every service; what the service sets itself wins
  std::vector<FileMount> mounts;
  DefaultLimits limits;
  LogRotation logs;
  std::map<std::string, std::string> labels;  // beside ours
};

// "edm/<id>/<service>:r<release>"
std::string ImageTag(std::string_view instance, std::string_view service, std::uint32_t release);
// The same of another release; what is no such tag of release `from` stays as it is.
std::string Retagged(std::string tag, std::string_view instance, std::uint32_t from, std::uint32_t to);

// Exactly what runs, as one compose document in JSON with nothing left to interpolate or resolve.
// Errors: kInternal, a network without subnet or a published port without host port.
Result<std::string> FinalCompose(const Blueprint& blueprint, std::string_view effective_json,
                                 const FinalInput& input);

}  // namespace edm::compose
