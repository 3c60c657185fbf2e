#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "master/ports/worker_channel.h"

namespace edm::master {

// A cluster of workers in memory that carry out every order at once, and remember: the same attempt again
// only tells its history again, from the cursor that was asked for. Any thread.
class FakeWorkerChannel : public WorkerChannel {
 public:
  void Listen(OnEvent on_event, OnRefused) override {
    const std::lock_guard lock(mutex_);
    on_event_ = std::move(on_event);
  }

  void Assign(const WorkerAddress&, Order order, std::uint32_t after_cursor) override {
    std::vector<AttemptEvent> events;
    OnEvent on_event;
    {
      const std::lock_guard lock(mutex_);
      auto& history = histories_[{order.instance, order.attempt}];
      if (history.empty()) {
        history = Carry(order);
        ++carried_;
      }
      events = history;
      on_event = on_event_;
    }
    for (const auto& event : events) {
      if (event.cursor > after_cursor) on_event(order.operation, order.attempt, event, [] {});
    }
  }
  void Cancel(const WorkerAddress&, const std::string&, std::uint32_t, std::uint32_t,
              const std::string&) override {}
  void Unfollow(const std::string&, std::uint32_t) override {}
  std::unique_ptr<WorkerStream> StreamLogs(const WorkerAddress&, const LogQuery&,
                                           std::function<void(std::vector<LogRecord>)>,
                                           std::function<void(Status)> on_end) override {
    on_end(Ok());
    return nullptr;
  }
  std::unique_ptr<WorkerStream> Exec(const WorkerAddress&, const ExecCommand&,
                                     std::function<void(ExecOutput)>,
                                     std::function<void(Status)> on_end) override {
    on_end(Ok());
    return nullptr;
  }
  void GetFootprint(const WorkerAddress&, const std::string&,
                    std::function<void(Result<Footprint>)> answer) override {
    answer(Footprint{});
  }
  void GetUsage(const WorkerAddress&, const std::string&,
                std::function<void(Result<std::vector<InstanceUsage>>)> answer) override {
    answer(std::vector<InstanceUsage>{});
  }
  void GetDisk(const WorkerAddress& worker, std::function<void(Result<MachineDisk>)> answer) override {
    answer(MachineDisk{.machine = worker.worker});
  }

  // How many attempts were begun; sending one again begins none.
  std::size_t carried() const {
    const std::lock_guard lock(mutex_);
    return carried_;
  }

 private:
  static std::vector<AttemptEvent> Carry(const Order& order) {
    std::vector<AttemptEvent> events;
    const auto add = [&](decltype(AttemptEvent::what) what) {
      events.push_back({static_cast<std::uint32_t>(events.size() + 1), WallTime(Millis(1)), std::move(what)});
    };
    AttemptEnd end;
    switch (order.target) {
      case Target::kStopped:
        end.phase = Phase::kStopped;
        break;
      case Target::kDeleted:
        end.phase = Phase::kDeleted;
        break;
      case Target::kBuilt:
        end.phase = Phase::kBuilt;
        break;
      default:
        end.phase = Phase::kRunning;
        break;
    }
    if (order.build) {
      add(Phase::kBuilding);
      add(Step{.name = "build", .state = StepState::kRunning});
      for (int i = 0; i < 20; ++i) add(BuildLine{"web", false, "line " + std::to_string(i)});
      const auto template_commit = order.template_source ? order.template_source->commit : "";
      add(Built{{{"web", "sha256:1"}}, template_commit, {}, order.template_name});
      add(Step{.name = "build", .state = StepState::kDone, .detail = "web"});
    }
    if (end.phase == Phase::kRunning) end.running_release = order.release;
    add(end);
    return events;
  }

  mutable std::mutex mutex_;
  OnEvent on_event_;                                                                      // guarded by mutex_
  std::map<std::pair<std::string, std::uint32_t>, std::vector<AttemptEvent>> histories_;  // guarded by mutex_
  std::size_t carried_ = 0;                                                               // guarded by mutex_
};

}  // namespace edm::master
