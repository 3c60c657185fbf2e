#pragma once

#include <string>
#include <vector>

#include "worker/core/readiness/seen.h"

namespace edm::worker {

inline constexpr std::size_t kEvidenceLinesMax = 50;

// "exited with 137, out of memory", "exited with 127 (command not found)".
std::string DescribeExit(const ContainerFacts& facts);

// "it listens on 3000 and 9229"; "it listens on 127.0.0.1:3000 only"; "" when on nothing.
std::string DescribeListening(const std::vector<ListeningPort>& listening);

// "check \"curl :8000/health\" exit 7, 12 times".
std::string DescribeCheck(const CheckSeen& check);

// All that people need to see of a container that did not become ready, its last lines at the end.
std::vector<std::string> Evidence(const ContainerSeen& seen);

// What to do about a container that exited.
std::string HintForExit(const ContainerFacts& facts, const std::string& service);

}  // namespace edm::worker
