#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm {

// Where programs of the system are.
inline constexpr const char* kProgramPath = "/usr/local/bin:/usr/bin:/bin";

struct ProcessLimits {
  std::optional<Seconds> cpu;                 // RLIMIT_CPU
  std::optional<std::uint64_t> memory_bytes;  // RLIMIT_AS
  std::optional<std::uint32_t> user;          // uid and gid to run under, without supplementary groups
};

// One program to run. Never a shell: argv[0] is looked up in PATH of this process, the rest are operands.
struct ProcessSpec {
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> environment;  // all of it: nothing is inherited
  std::string directory;                                         // "" keeps ours
  std::string input;  // given on standard input, which is then closed
  ProcessLimits limits;
  Millis deadline{600'000};  // then the whole process group gets SIGKILL
};

enum class OutputStream : std::uint8_t { kStdout, kStderr };

struct ProcessEnd {
  int exit_code = -1;  // -1 when a signal ended it
  int signal = 0;
  bool deadline_met = false;
  bool cancelled = false;
  bool succeeded() const { return exit_code == 0; }
};

// A running program whose pipes the caller drives. Destroying it kills the whole group and reaps.
// One thread may read while another writes.
class Process {
 public:
  virtual ~Process() = default;
  // Blocks for some bytes of standard output; 0 means it was closed.
  virtual Result<std::size_t> Read(std::span<char> into) = 0;
  // Blocks until all is taken; an error once the program has closed its input.
  virtual Status Write(std::string_view bytes) = 0;
  virtual void CloseInput() = 0;
  virtual Result<ProcessEnd> Wait() = 0;
  virtual void Kill() = 0;  // any thread; SIGKILL to the group
  // The last 4 KiB of standard error so far.
  virtual std::string ErrorTail() const = 0;
};

// Starts programs in process groups of their own that end with ours, even when ours is killed. Any thread.
class ProcessRunner {
 public:
  using LineSink = std::function<void(OutputStream, std::string_view line)>;

  virtual ~ProcessRunner() = default;

  // Blocks until the program ended. Lines come without their end, from one thread, in order per stream;
  // what is longer than 16 KiB arrives in pieces. `stop` kills the group within 100 ms.
  // Error: the program could not be started at all.
  virtual Result<ProcessEnd> Run(const ProcessSpec& spec, const LineSink& on_line, std::stop_token stop) = 0;

  // For two-way streams (git http-backend). `spec.input` and the deadline hold as well.
  virtual Result<std::unique_ptr<Process>> Start(const ProcessSpec& spec) = 0;
};

}  // namespace edm
