#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "worker/adapters/docker/frame_reader.h"

namespace edm::worker {

// A line longer than this comes in pieces.
inline constexpr std::size_t kLogLineBytesMax = 256 * 1024;

// Makes lines of a container's log, read with timestamps=1. The engine cuts lines at 16 KiB and sends each
// piece as a frame with a timestamp of its own: the pieces become one line again, with the first's time.
// Pure.
class LogAssembler {
 public:
  struct Line {
    bool is_stderr = false;
    std::int64_t nanos = 0;  // since 1970
    std::string text;        // UTF-8, without its end
  };
  using Sink = std::function<void(Line line)>;

  explicit LogAssembler(bool is_tty) : is_tty_(is_tty), frames_(is_tty) {}
  void Feed(std::string_view bytes, const Sink& sink);
  // What is left of a line whose end never came.
  void Finish(const Sink& sink);

 private:
  struct Pending {
    bool open = false;
    std::int64_t nanos = 0;
    std::string text;
  };
  void Add(std::size_t stream, std::string_view piece, const Sink& sink);
  void Emit(std::size_t stream, const Sink& sink);

  bool is_tty_;
  FrameReader frames_;
  std::string tty_rest_;
  std::array<Pending, 2> pending_;  // standard output, standard error
};

}  // namespace edm::worker
