#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace edm::worker {

struct ExecRequest {
  std::string instance;
  std::string service;
  std::vector<std::string> argv;
  bool tty = false;
  std::uint16_t columns = 80;
  std::uint16_t rows = 24;
};

enum class ExecOutput : std::uint8_t { kStdout, kStderr };

// One command inside a container. One thread may read while another writes; destroying it closes the stream.
class ExecSession {
 public:
  virtual ~ExecSession() = default;
  struct Chunk {
    ExecOutput stream = ExecOutput::kStdout;
    std::string bytes;  // empty: the command ended
  };
  virtual Result<Chunk> Read() = 0;
  virtual Status Write(std::string_view bytes) = 0;
  virtual Status CloseInput() = 0;
  virtual Status Resize(std::uint16_t columns, std::uint16_t rows) = 0;
  // Once Read gave the end.
  virtual Result<int> ExitCode() = 0;
  // Any thread: ends a Read under way, and all later ones.
  virtual void Interrupt() = 0;
};

}  // namespace edm::worker
