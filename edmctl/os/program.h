#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm::ctl {

struct ProgramEnd {
  int code = -1;       // -1: ended by a signal
  std::string output;  // both streams, the last 64 KiB
};

// Runs one program, found in PATH, with our environment and no input; never by a shell. It gets SIGKILL after
// `deadline`. Error kNotFound: there is no such program.
Result<ProgramEnd> RunProgram(const std::vector<std::string>& argv, Millis deadline);

}  // namespace edm::ctl
