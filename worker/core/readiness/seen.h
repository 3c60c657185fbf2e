#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// A check that is tried again and again: what its last try said.
struct CheckSeen {
  std::string what;  // "curl :8000/health"
  bool passed = false;
  std::string outcome;  // "exit 7", "status 503", "connection refused"
  std::uint32_t tries = 0;
  std::string output;  // of the last try, UTF-8
};

struct PortSeen {
  std::uint16_t port = 0;
  bool accepts = false;
};

// What one look at one container showed. Checks are absent when they were not (or need not be) tried.
struct ContainerSeen {
  ContainerFacts facts;
  Millis running_for{0};  // by the engine's clock; 0 while it does not run
  std::vector<PortSeen> ports;
  std::optional<CheckSeen> health;  // its health command, run by us
  std::optional<CheckSeen> http;
  std::vector<ListeningPort> listening;
  std::vector<std::string> last_lines;  // gathered only when the verdict is a failure or near
};

// One look at an instance.
struct Seen {
  Millis since_start{0};  // monotonic, from the first look
  std::vector<ContainerSeen> containers;
};

}  // namespace edm::worker
