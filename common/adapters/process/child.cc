#include "common/adapters/process/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace edm {
namespace {

// How long a descendant that left the group may hold our pipes open after the program ended.
constexpr Millis kDrainMax{200};

SteadyTime Now() { return std::chrono::floor<Millis>(std::chrono::steady_clock::now()); }

int PollTimeout(SteadyTime until) {
  const auto left = (until - Now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

// False at the end of the stream.
bool Forward(UniqueFd& fd, const std::function<void(std::string_view)>& sink) {
  std::array<char, 64 * 1024> bytes;
  const auto got = ::read(fd.get(), bytes.data(), bytes.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  if (sink) sink({bytes.data(), static_cast<std::size_t>(got)});
  return true;
}

}  // namespace

Child::Child(pid_t pid, UniqueFd pidfd, UniqueFd in, UniqueFd out, UniqueFd err)
    : pid_(pid), pidfd_(std::move(pidfd)), in_(std::move(in)), out_(std::move(out)), err_(std::move(err)) {}

Child::~Child() {
  KillGroup();
  Reap();
}

void Child::KillGroup() {
  const std::lock_guard lock(mutex_);
  if (!reaped_) ::kill(-pid_, SIGKILL);
}

void Child::Cancel() {
  cancelled_ = true;
  KillGroup();
}

bool Child::FeedInput(Pumping& pumping, std::size_t& fed) {
  if (fed < pumping.input.size()) {
    const auto put = ::write(in_.get(), pumping.input.data() + fed, pumping.input.size() - fed);
    if (put < 0) return errno == EINTR || errno == EAGAIN;
    fed += static_cast<std::size_t>(put);
  }
  return fed < pumping.input.size();
}

ProcessEnd Child::Pump(Pumping pumping) {
  const auto deadline = Now() + pumping.deadline;
  bool deadline_met = false;
  std::size_t fed = 0;
  if (pumping.feeds_input) {
    ::fcntl(in_.get(), F_SETFL, O_NONBLOCK);
    if (pumping.input.empty()) in_.Reset();
  }
  bool out_open = pumping.on_out != nullptr;
  bool err_open = true;
  while (true) {
    const bool feeding = pumping.feeds_input && in_.valid();
    std::array<pollfd, 4> waits{
        pollfd{pidfd_.get(), POLLIN, 0}, pollfd{out_open ? out_.get() : -1, POLLIN, 0},
        pollfd{err_open ? err_.get() : -1, POLLIN, 0}, pollfd{feeding ? in_.get() : -1, POLLOUT, 0}};
    const int ready = ::poll(waits.data(), waits.size(), deadline_met ? 60'000 : PollTimeout(deadline));
    if (!deadline_met && Now() >= deadline) {
      deadline_met = true;
      KillGroup();
    }
    if (ready <= 0) continue;
    if (waits[1].revents != 0) out_open = Forward(out_, pumping.on_out);
    if (waits[2].revents != 0) err_open = Forward(err_, pumping.on_err);
    if (waits[3].revents != 0 && !FeedInput(pumping, fed)) in_.Reset();
    if (waits[0].revents != 0) break;
  }
  KillGroup();  // what it left behind in its group
  if (pumping.feeds_input) in_.Reset();
  if (!out_open) pumping.on_out = nullptr;
  if (!err_open) err_.Reset();
  Drain(pumping);
  auto end = Reap();
  end.deadline_met = deadline_met;
  end.cancelled = cancelled_ && !end.succeeded();
  return end;
}

void Child::Drain(const Pumping& pumping) {
  const auto until = Now() + kDrainMax;
  bool out_open = pumping.on_out != nullptr;
  bool err_open = err_.valid();
  while (out_open || err_open) {
    std::array<pollfd, 2> waits{pollfd{out_open ? out_.get() : -1, POLLIN, 0},
                                pollfd{err_open ? err_.get() : -1, POLLIN, 0}};
    if (::poll(waits.data(), waits.size(), PollTimeout(until)) == 0) return;
    if (waits[0].revents != 0) out_open = Forward(out_, pumping.on_out);
    if (waits[1].revents != 0) err_open = Forward(err_, pumping.on_err);
  }
}

ProcessEnd Child::Reap() {
  {
    const std::lock_guard lock(mutex_);
    if (reaped_) return {};
  }
  siginfo_t info{};
  // Left as a zombie first: its pid must not be free for another while somebody may still kill by it.
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  const std::lock_guard lock(mutex_);
  reaped_ = true;
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
  }
  ProcessEnd end;
  if (info.si_code == CLD_EXITED) {
    end.exit_code = info.si_status;
  } else {
    end.signal = info.si_status;
  }
  return end;
}

void IgnoreBrokenPipes() {
  struct sigaction now {};
  ::sigaction(SIGPIPE, nullptr, &now);
  if (now.sa_handler == SIG_DFL) ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace edm
