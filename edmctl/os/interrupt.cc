#include "edmctl/os/interrupt.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "common/base/assert.h"

namespace edm::ctl {
namespace {

volatile std::sig_atomic_t wake_file = -1;

void OnSignal(int number) {
  std::signal(number, SIG_DFL);
  const char byte = 's';
  const auto kept = errno;
  if (write(wake_file, &byte, 1) < 0) {
    // Nobody waits any more: the next signal ends the program.
  }
  errno = kept;
}

}  // namespace

Interrupt::Interrupt() {
  EDM_ASSERT(pipe2(pipe_, O_CLOEXEC) == 0);
  wake_file = pipe_[1];
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
  waiter_ = std::thread([this] {
    char byte = 0;
    while (read(pipe_[0], &byte, 1) < 0 && errno == EINTR) {
    }
    if (byte == 's') stop_.request_stop();
  });
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  close(pipe_[1]);
  waiter_.join();
  close(pipe_[0]);
}

}  // namespace edm::ctl
