#include "common/rpc/http/patience.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace edm::rpc {
namespace {

SteadyTime Now() { return std::chrono::floor<Millis>(std::chrono::steady_clock::now()); }

SteadyTime After(Millis time) { return time >= SteadyTime::max() - Now() ? SteadyTime::max() : Now() + time; }

Error TooLate(const std::string& cause) { return Error{Code::kDeadlineExceeded, "", cause, {}, ""}; }

}  // namespace

WakeEvent::WakeEvent() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
WakeEvent::~WakeEvent() { ::close(fd_); }
void WakeEvent::Set() { ::eventfd_write(fd_, 1); }

Patience::Patience(Millis deadline, Millis stall, WakeEvent* stop)
    : until_(After(deadline)), limit_(deadline), stall_(stall), stop_(stop) {}

Patience Patience::Within(Millis limit) const {
  auto shorter = *this;
  if (After(limit) < until_) {
    shorter.until_ = After(limit);
    shorter.limit_ = limit;
  }
  return shorter;
}

Result<short> Patience::Await(int fd, short events) const {
  const auto stalled = After(stall_);
  const auto until = std::min(until_, stalled);
  while (true) {
    std::array<pollfd, 2> waits{pollfd{fd, events, 0},
                                pollfd{stop_ != nullptr ? stop_->fd() : -1, POLLIN, 0}};
    const auto left =
        until == SteadyTime::max() ? Millis(60'000) : std::clamp(until - Now(), Millis(0), Millis(60'000));
    const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return Error{Code::kInternal, "", "poll failed", {}, ""};
    if (waits[1].revents != 0) return Error{Code::kCancelled, "", "cancelled", {}, ""};
    if (ready > 0 && waits[0].revents != 0) return waits[0].revents;
    if (Now() < until) continue;
    if (until == until_) return TooLate("not done within " + FormatDuration(limit_));
    return TooLate("not one byte came or went for " + FormatDuration(stall_));
  }
}

}  // namespace edm::rpc
