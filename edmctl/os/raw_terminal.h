#pragma once

#include <termios.h>

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/time.h"

namespace edm::ctl {

struct WindowSize {
  std::uint32_t columns = 80;
  std::uint32_t rows = 24;
  bool operator==(const WindowSize&) const = default;
};
WindowSize TerminalSize();

// While it lives, keys come as they are typed: nothing is echoed, Ctrl-C is a key like others.
class RawTerminal {
 public:
  RawTerminal();
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

 private:
  termios before_{};
  bool set_ = false;
};

// Some bytes of standard input; "" when none came in time; nothing at its end.
std::optional<std::string> ReadInput(Millis wait);

}  // namespace edm::ctl
