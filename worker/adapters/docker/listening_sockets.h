#pragma once

#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

// The ports in state LISTEN of /proc/<pid>/net/tcp and tcp6, each once, by number. Pure.
std::vector<ListeningPort> ParseListening(std::string_view tcp, std::string_view tcp6);

// Of the network namespace that the process is in.
Result<std::vector<ListeningPort>> ListeningOf(int pid);

}  // namespace edm::worker
