#include "common/adapters/process/started_process.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace edm {
namespace {

// A descendant that left the group may hold standard output open; after the end it is read no longer than so.
constexpr int kAfterEndMs = 200;

Error Broken(const std::string& name, int number) {
  if (number == EPIPE)
    return Error{Code::kFailedPrecondition, "program " + name, "it has closed its input", {}, ""};
  return Error{Code::kInternal, "program " + name, std::strerror(number), {}, ""};
}

}  // namespace

StartedProcess::StartedProcess(std::unique_ptr<Child> child, const ProcessSpec& spec)
    : child_(std::move(child)), name_(spec.argv.front()), ended_event_(::eventfd(0, EFD_CLOEXEC)) {
  Child::Pumping pumping{.input = spec.input,
                         .feeds_input = !spec.input.empty(),
                         .deadline = spec.deadline,
                         .on_out = nullptr,
                         .on_err = [this](std::string_view bytes) { Keep(bytes); }};
  watcher_ = std::thread([this, pumping = std::move(pumping)]() mutable {
    auto end = child_->Pump(std::move(pumping));
    ::eventfd_write(ended_event_.get(), 1);
    const std::lock_guard lock(mutex_);
    end_ = end;
    ended_.notify_all();
  });
}

StartedProcess::~StartedProcess() {
  child_->KillGroup();
  watcher_.join();
}

Result<std::size_t> StartedProcess::Read(std::span<char> into) {
  bool ended = false;
  while (true) {
    std::array<pollfd, 2> waits{pollfd{child_->out().get(), POLLIN, 0},
                                pollfd{ended ? -1 : ended_event_.get(), POLLIN, 0}};
    const int ready = ::poll(waits.data(), waits.size(), ended ? kAfterEndMs : -1);
    if (ready == 0) return std::size_t{0};
    if (ready < 0) continue;
    if (waits[0].revents == 0) {
      ended = true;
      continue;
    }
    const auto got = ::read(child_->out().get(), into.data(), into.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return Broken(name_, errno);
  }
}

Status StartedProcess::Write(std::string_view bytes) {
  if (!child_->in().valid()) return Broken(name_, EPIPE);
  while (!bytes.empty()) {
    const auto put = ::write(child_->in().get(), bytes.data(), bytes.size());
    if (put < 0 && errno != EINTR) return Broken(name_, errno);
    if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return Ok();
}

void StartedProcess::CloseInput() { child_->in().Reset(); }

Result<ProcessEnd> StartedProcess::Wait() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return end_.has_value(); });
  return *end_;
}

void StartedProcess::Kill() { child_->Cancel(); }

std::string StartedProcess::ErrorTail() const {
  const std::lock_guard lock(mutex_);
  return error_tail_;
}

void StartedProcess::Keep(std::string_view error_bytes) {
  const std::lock_guard lock(mutex_);
  error_tail_.append(error_bytes);
  if (error_tail_.size() > kErrorTailBytes) error_tail_.erase(0, error_tail_.size() - kErrorTailBytes);
}

}  // namespace edm
