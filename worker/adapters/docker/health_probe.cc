#include "worker/adapters/docker/health_probe.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "common/base/text.h"
#include "worker/adapters/docker/engine_exec.h"

namespace edm::worker {
namespace {

constexpr std::size_t kOutputBytesMax = 4096;

// Interrupts a command at its deadline or when told to stop, until it is destroyed.
class Watchdog {
 public:
  Watchdog(EngineExec& exec, Millis timeout, std::stop_token stop)
      : on_stop_(stop, [&exec] { exec.Interrupt(); }), thread_([this, &exec, timeout](std::stop_token done) {
          std::unique_lock lock(mutex_);
          if (over_.wait_for(lock, done, timeout, [] { return false; }) || done.stop_requested()) return;
          timed_out_ = true;
          lock.unlock();
          exec.Interrupt();
        }) {}
  bool timed_out() {
    const std::lock_guard lock(mutex_);
    return timed_out_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any over_;
  bool timed_out_ = false;
  std::stop_callback<std::function<void()>> on_stop_;
  std::jthread thread_;
};

}  // namespace

Result<HealthProbe> RunHealthCommand(const EngineApi& api, const Inspected& container, std::stop_token stop) {
  const std::string object = "healthcheck of " + container.facts.name;
  if (!container.health_command)
    return Error{Code::kNotFound, object, "there is none", {}, "add healthcheck: to the service"};
  if (container.facts.state != ContainerState::kRunning) {
    return Error{Code::kFailedPrecondition, object, "the container does not run", {}, "start it first"};
  }
  const auto& command = *container.health_command;
  HealthProbe probe{command.shown, 0, ""};
  EDM_TRY(auto exec, EngineExec::Start(api, {container.facts.id, object, command.argv, false, false}));
  Watchdog watchdog(*exec, command.timeout, stop);
  for (;;) {
    auto chunk = exec->Read();
    if (stop.stop_requested()) return Error{Code::kCancelled, object, "cancelled"};
    if (watchdog.timed_out()) {
      probe.exit_code = kHealthTimedOut;
      probe.output += "\ntook longer than " + FormatDuration(command.timeout);
      break;
    }
    if (!chunk.ok()) return std::move(chunk).error();
    if (chunk->bytes.empty()) {
      EDM_TRY(probe.exit_code, exec->ExitCode());
      break;
    }
    probe.output += chunk->bytes;
    if (probe.output.size() > kOutputBytesMax) probe.output.erase(0, probe.output.size() - kOutputBytesMax);
  }
  probe.output = ToUtf8(probe.output);
  return probe;
}

}  // namespace edm::worker
