#include "edmctl/os/secret_prompt.h"

#include <fcntl.h>
#include <termios.h>

#include "common/base/unique_fd.h"
#include "edmctl/os/prompt.h"
#include "edmctl/os/standard_output.h"

namespace edm::ctl {

std::optional<std::string> AskForSecret(const std::string& prompt) {
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  termios before{};
  if (!terminal.valid() || ::tcgetattr(terminal.get(), &before) != 0) return std::nullopt;
  WriteStandard(terminal.get(), prompt);
  auto silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(terminal.get(), TCSAFLUSH, &silent);
  auto typed = ReadLine(terminal.get());
  ::tcsetattr(terminal.get(), TCSAFLUSH, &before);
  WriteStandard(terminal.get(), "\n");
  return typed;
}

}  // namespace edm::ctl
