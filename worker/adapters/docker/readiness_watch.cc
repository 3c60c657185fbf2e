#include "worker/adapters/docker/readiness_watch.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include "worker/adapters/docker/container_look.h"
#include "worker/adapters/docker/listing.h"
#include "worker/core/readiness/describe.h"
#include "worker/core/readiness/judge.h"

namespace edm::worker {
namespace {

using Clock = std::chrono::steady_clock;
using State = ServiceVerdict::State;

// Looks are dense at first, when most services become ready, and cost little later.
constexpr Millis kReadyLookEvery{25};
constexpr Millis kLookEveryLater{250};
constexpr Millis kDenseFor{3'000};
// What a waiting container listens on is read now and then: it is for people.
constexpr Millis kListeningEvery{1'000};

Millis Since(Clock::time_point began) { return std::chrono::duration_cast<Millis>(Clock::now() - began); }

// One wait for one instance, on its caller's thread.
class Wait {
 public:
  Wait(const EngineApi& api, const ReadyRequest& request, const ReadinessProbe::LineSink& on_progress)
      : api_(api), request_(request), on_progress_(on_progress) {}

  Result<ReadyReport> Run(std::stop_token stop) {
    EDM_CHECK(Find());
    std::mutex mutex;
    std::condition_variable_any pause;
    for (;;) {
      EDM_TRY(Seen seen, Look());
      auto verdict = Judge(request_, seen);
      if (std::holds_alternative<Failed>(verdict)) {
        Explain(seen);
        verdict = Judge(request_, seen);
      }
      Report(seen);
      if (auto* ready = std::get_if<Ready>(&verdict)) return std::move(ready->report);
      if (auto* failed = std::get_if<Failed>(&verdict)) return std::move(failed->error);
      std::unique_lock lock(mutex);
      pause.wait_for(lock, stop, Pause(seen), [] { return false; });
      if (stop.stop_requested()) {
        return Error{Code::kCancelled, "instance " + request_.instance, "cancelled while it became ready"};
      }
    }
  }

 private:
  Status Find() {
    EDM_TRY(const auto listed, ListContainers(api_, request_.instance));
    for (const auto& facts : listed) {
      const auto wanted =
          std::find_if(request_.services.begin(), request_.services.end(),
                       [&](const WantedService& one) { return one.service == facts.service; });
      if (wanted != request_.services.end())
        looks_.push_back(std::make_unique<ContainerLook>(api_, facts.id, *wanted));
    }
    return Ok();
  }

  Result<Seen> Look() {
    if (looks_.empty()) EDM_CHECK(Find());
    Seen seen;
    const bool reads_ports = Since(last_listening_) >= kListeningEvery;
    if (reads_ports) last_listening_ = Clock::now();
    for (auto look = looks_.begin(); look != looks_.end();) {
      auto one = (*look)->Look();
      if (!one.ok() && one.error().code == Code::kNotFound) {
        look = looks_.erase(look);
        continue;
      }
      if (!one.ok()) return std::move(one).error();
      auto& listening = listening_[(*look)->container_id()];
      const bool misses = std::any_of(one->ports.begin(), one->ports.end(),
                                      [](const PortSeen& port) { return !port.accepts; });
      if (misses && reads_ports) {
        (*look)->AddListening(*one);
        listening = one->listening;
      }
      one->listening = listening;
      seen.containers.push_back(std::move(one).value());
      ++look;
    }
    seen.since_start = Since(began_);
    return seen;
  }

  void Explain(Seen& seen) const {
    for (auto& container : seen.containers) {
      for (const auto& look : looks_) {
        if (look->container_id() == container.facts.id) look->Explain(container);
      }
    }
  }

  // A line for each service whose verdict is another than at the last look.
  void Report(const Seen& seen) {
    if (!on_progress_) return;
    for (const auto& wanted : request_.services) {
      const auto verdict = JudgeService(wanted, seen);
      std::string line = verdict.text;
      if (verdict.state == State::kWaiting && verdict.container != nullptr) {
        const auto open = DescribeListening(verdict.container->listening);
        if (!open.empty() && verdict.text.starts_with("nothing listens")) line += "; " + open;
      }
      auto& last = reported_[wanted.service];
      if (last == line) continue;
      last = line;
      on_progress_(wanted.service + ": " + line);
    }
  }

  // When only the window is still to pass, the next look is at its end.
  Millis Pause(const Seen& seen) const {
    Millis rest{0};
    for (const auto& wanted : request_.services) {
      const auto verdict = JudgeService(wanted, seen);
      if (verdict.state == State::kReady) continue;
      const bool only_window = verdict.container != nullptr && verdict.text == "has just started";
      if (!only_window) return seen.since_start < kDenseFor ? kReadyLookEvery : kLookEveryLater;
      rest = std::max(rest, WindowOf(*verdict.container) - verdict.container->running_for);
    }
    return std::max(Millis(1), rest);
  }

  const EngineApi& api_;
  const ReadyRequest& request_;
  const ReadinessProbe::LineSink& on_progress_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point last_listening_ = began_;
  std::vector<std::unique_ptr<ContainerLook>> looks_;
  std::map<std::string, std::vector<ListeningPort>> listening_;  // by container
  std::map<std::string, std::string> reported_;                  // by service
};

}  // namespace

Result<ReadyReport> ReadinessWatch::AwaitReady(const ReadyRequest& request, const LineSink& on_progress,
                                               std::stop_token stop) {
  return Wait(api_, request, on_progress).Run(stop);
}

}  // namespace edm::worker
