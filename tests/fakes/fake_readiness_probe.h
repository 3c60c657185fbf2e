#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "worker/ports/readiness_probe.h"

namespace edm::worker {

// Says what it was told to: by default that everything is healthy at once. Any thread.
class FakeReadinessProbe final : public ReadinessProbe {
 public:
  // The next answers, in order; afterwards all is healthy again.
  void FailNext(Error error) {
    const std::lock_guard lock(mutex_);
    failures_.push_back(std::move(error));
  }
  void Delay(Millis lasts) {
    const std::lock_guard lock(mutex_);
    delay_ = lasts;
  }
  std::vector<ReadyRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  Result<ReadyReport> AwaitReady(const ReadyRequest& request, const LineSink& on_progress,
                                 std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    requests_.push_back(request);
    std::condition_variable_any never;
    never.wait_for(lock, stop, delay_, [] { return false; });
    if (stop.stop_requested()) return Error{Code::kCancelled, "instance " + request.instance, "cancelled"};
    if (!failures_.empty()) {
      Error error = std::move(failures_.front());
      failures_.pop_front();
      return error;
    }
    ReadyReport report;
    for (const auto& wanted : request.services) {
      const bool one_shot = wanted.one_shot;
      report.services.push_back(
          {wanted.service, one_shot ? "exit 0" : "healthy", one_shot ? Health::kUnknown : Health::kHealthy});
      if (on_progress) on_progress(wanted.service + " " + report.services.back().text);
    }
    return report;
  }

 private:
  mutable std::mutex mutex_;
  Millis delay_{0};
  std::deque<Error> failures_;
  std::vector<ReadyRequest> requests_;
};

}  // namespace edm::worker
