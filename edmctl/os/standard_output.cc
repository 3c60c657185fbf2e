#include "edmctl/os/standard_output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace edm::ctl {

void WriteStandard(int file, std::string_view text) {
  while (!text.empty()) {
    const auto wrote = write(file, text.data(), text.size());
    if (wrote >= 0) {
      text.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (errno == EAGAIN) {
      pollfd waiting{file, POLLOUT, 0};
      poll(&waiting, 1, -1);
    } else if (errno == EPIPE) {
      _exit(0);
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace edm::ctl
