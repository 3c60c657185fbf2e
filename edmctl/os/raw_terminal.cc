#include "edmctl/os/raw_terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace edm::ctl {

WindowSize TerminalSize() {
  winsize size{};
  if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

RawTerminal::RawTerminal() {
  if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
  auto raw = before_;
  cfmakeraw(&raw);
  set_ = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

RawTerminal::~RawTerminal() {
  if (set_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

std::optional<std::string> ReadInput(Millis wait) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const auto ready = poll(&input, 1, static_cast<int>(wait.count()));
  if (ready <= 0) return "";
  char piece[16'384];
  const auto got = read(STDIN_FILENO, piece, sizeof piece);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return "";
  if (got <= 0) return std::nullopt;
  return std::string(piece, static_cast<std::size_t>(got));
}

}  // namespace edm::ctl
