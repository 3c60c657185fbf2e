#include "worker/adapters/docker/start_in_order.h"

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "worker/adapters/docker/container_look.h"
#include "worker/adapters/docker/in_parallel.h"
#include "worker/adapters/docker/json_reading.h"
#include "worker/adapters/docker/listing.h"
#include "worker/core/readiness/describe.h"
#include "worker/core/readiness/judge.h"

namespace edm::worker {
namespace {

using Condition = Dependency::Condition;
using State = ServiceVerdict::State;

constexpr Millis kStartedLookEvery{50};
// Of one container: an engine that starts a hundred at once has taken more than 30 s.
constexpr Millis kStartDeadline{120'000};

// One pass over an instance. Used once, by one thread.
class Starter {
 public:
  Starter(const EngineApi& api, Turns& turns, std::optional<Turns::Turn> turn, std::string instance,
          std::vector<Inspected> containers)
      : api_(api),
        turns_(turns),
        turn_(std::move(turn)),
        instance_(std::move(instance)),
        containers_(std::move(containers)) {
    for (std::size_t i = 0; i < containers_.size(); ++i) {
      if (containers_[i].facts.state != ContainerState::kRunning) pending_.insert(i);
    }
  }

  Status Run(Millis deadline, const std::function<void(std::string_view)>& on_line, std::stop_token stop) {
    until_ = Clock::now() + deadline;
    while (!pending_.empty()) {
      EDM_TRY(const auto startable, Startable());
      if (!startable.empty()) {
        EDM_CHECK(StartAll(startable, on_line, stop));
        continue;
      }
      if (stop.stop_requested()) return Cancelled();
      if (Clock::now() >= until_) return TooLate(deadline);
      std::this_thread::sleep_for(kStartedLookEvery);
    }
    return Ok();
  }

 private:
  Result<std::vector<std::size_t>> Startable() {
    std::vector<std::size_t> startable;
    bool any_waits = false;
    for (const std::size_t i : pending_) {
      EDM_TRY(const bool met, DependenciesMet(containers_[i]));
      if (met) startable.push_back(i);
      any_waits = any_waits || waits_for_a_look_;
    }
    // A circle: compose refuses those, but a label may be anything. Better started than stuck.
    if (startable.empty() && !any_waits) startable.assign(pending_.begin(), pending_.end());
    return startable;
  }

  Result<bool> DependenciesMet(const Inspected& container) {
    waits_for_a_look_ = false;
    for (const auto& dependency : container.dependencies) {
      if (dependency.service == container.facts.service) continue;
      for (std::size_t i = 0; i < containers_.size(); ++i) {
        if (containers_[i].facts.service != dependency.service) continue;
        if (pending_.contains(i)) return false;
        if (dependency.condition == Condition::kStarted) continue;
        EDM_TRY(const bool met, ConditionMet(containers_[i], dependency));
        if (!met) {
          waits_for_a_look_ = true;
          return false;
        }
      }
    }
    return true;
  }

  Result<bool> ConditionMet(const Inspected& container, const Dependency& dependency) {
    const auto& service = container.facts.service;
    WantedService wanted{service, dependency.condition == Condition::kCompleted, {}, {}};
    auto& look = looks_[{container.facts.id, wanted.one_shot}];
    if (!look) look = std::make_unique<ContainerLook>(api_, container.facts.id, wanted);
    EDM_TRY(auto seen, look->Look());
    const auto verdict = JudgeService(wanted, {Millis(0), {seen}});
    last_wait_ = {service, verdict.text};
    if (verdict.state != State::kFailed) return verdict.state == State::kReady;
    look->Explain(seen);
    return Error{Code::kFailedPrecondition, instance_ + "/" + service, verdict.text, Evidence(seen),
                 verdict.hint};
  }

  Status StartAll(const std::vector<std::size_t>& startable,
                  const std::function<void(std::string_view)>& on_line, std::stop_token stop) {
    const auto asked = Clock::now();
    const auto turn = turn_ ? std::exchange(turn_, std::nullopt) : turns_.Take(stop);
    if (!turn) return Cancelled();
    until_ += Clock::now() - asked;
    EDM_CHECK(InParallel(startable.size(), [&](std::size_t i) -> Status {
      const auto& facts = containers_[startable[i]].facts;
      auto started = api_.Post("/containers/" + facts.id + "/start", nlohmann::json(),
                               instance_ + "/" + facts.service, kStartDeadline);
      if (!started.ok()) return std::move(started).error();
      return Ok();
    }));
    for (const std::size_t i : startable) {
      pending_.erase(i);
      if (on_line) on_line(containers_[i].facts.service + ": started");
    }
    return Ok();
  }

  Error Cancelled() const {
    return {Code::kCancelled, "instance " + instance_, "cancelled while it started"};
  }

  Error TooLate(Millis deadline) const {
    return {Code::kDeadlineExceeded,
            instance_ + "/" + last_wait_.first,
            "what depends on it could not start in " + FormatDuration(deadline) + ": it " + last_wait_.second,
            {},
            "see its log (edmctl logs), or allow more time"};
  }

  using Clock = std::chrono::steady_clock;

  const EngineApi& api_;
  Turns& turns_;
  std::optional<Turns::Turn> turn_;
  Clock::time_point until_;
  std::string instance_;
  std::vector<Inspected> containers_;
  std::set<std::size_t> pending_;
  bool waits_for_a_look_ = false;
  std::pair<std::string, std::string> last_wait_;  // service, why
  std::map<std::pair<std::string, bool>, std::unique_ptr<ContainerLook>> looks_;
};

}  // namespace

Status StartInOrder(const EngineApi& api, Turns& turns, std::optional<Turns::Turn> turn,
                    const std::string& instance, Millis deadline,
                    const std::function<void(std::string_view)>& on_line, std::stop_token stop) {
  EDM_TRY(auto containers, InspectContainers(api, instance));
  if (containers.empty()) {
    return Error{Code::kNotFound, "containers of " + instance, "there are none", {}, "deploy it again"};
  }
  return Starter(api, turns, std::move(turn), instance, std::move(containers)).Run(deadline, on_line, stop);
}

}  // namespace edm::worker
