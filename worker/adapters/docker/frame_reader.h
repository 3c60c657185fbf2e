#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace edm::worker {

// Takes the engine's multiplexed stream apart: frames of {stream, 0, 0, 0, length as big-endian 32 bit,
// payload}. A TTY's stream has no frames; all of it is standard output. Pure.
class FrameReader {
 public:
  static constexpr std::uint8_t kStdout = 1;
  static constexpr std::uint8_t kStderr = 2;

  // Called with each whole frame.
  using Sink = std::function<void(std::uint8_t stream, std::string_view payload)>;

  explicit FrameReader(bool is_tty) : is_tty_(is_tty) {}
  void Feed(std::string_view bytes, const Sink& sink);

 private:
  bool is_tty_;
  std::string waiting_;
};

}  // namespace edm::worker
