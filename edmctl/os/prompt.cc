#include "edmctl/os/prompt.h"

#include <unistd.h>

#include <cerrno>

namespace edm::ctl {

std::optional<std::string> ReadLine(int file) {
  constexpr std::size_t kLongest = 4096;
  std::string line;
  while (line.size() < kLongest) {
    char c = 0;
    const auto got = read(file, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return line.empty() ? std::nullopt : std::optional(line);
    if (c == '\n') return line;
    line += c;
  }
  return line;
}

}  // namespace edm::ctl
