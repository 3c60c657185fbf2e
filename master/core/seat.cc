#include "master/core/seat.h"

#include <algorithm>

namespace edm::master {

bool IsAway(const State& state, const std::string& worker) {
  const auto found = state.workers.Find(worker);
  return found == nullptr || found->state == WorkerState::kLost;
}

bool IsThere(const State& state, const std::string& worker) {
  const auto found = state.workers.Find(worker);
  return found != nullptr && found->state != WorkerState::kLost && !found->session.empty();
}

bool IsFenced(const State& state, const std::string& worker, SteadyTime now) {
  if (!IsAway(state, worker)) return false;
  auto since = state.started;
  if (const auto found = state.workers.Find(worker)) {
    since = std::max(since, found->seen);
  } else if (const auto removed = state.watch.removed.find(worker); removed != state.watch.removed.end()) {
    since = std::max(since, removed->second);
  }
  return now - since > state.settings.fence_after + kFenceMargin;
}

bool ShareEngine(const State& state, const std::string& one, const std::string& other) {
  const auto first = state.workers.Find(one);
  const auto second = state.workers.Find(other);
  return first != nullptr && second != nullptr && !first->facts.engine.id.empty() &&
         first->facts.engine.id == second->facts.engine.id;
}

bool MayBeStarting(const InstanceStatus& status) {
  const bool is_open = status.phase >= Phase::kPlaced && status.phase < Phase::kStopped;
  return status.attempt != 0 && (is_open || status.phase == Phase::kLost);
}

std::string SeatOf(const State& state, const InstanceRecord& instance, SteadyTime now) {
  const auto& one = instance.instance;
  if (one.status.worker.empty()) return "";
  // What outlived its operation has left no record of its release, and runs all the same.
  const bool has_any = one.status.release != 0 || !ReleasesOf(state, one.id).empty() ||
                       (one.spec.requirements.singleton && MayBeStarting(one.status));
  if (!has_any) return "";
  if (!IsAway(state, one.status.worker) || one.status.keeps_data) return one.status.worker;
  const bool may_run_there = one.spec.requirements.singleton && !IsFenced(state, one.status.worker, now);
  return may_run_there ? one.status.worker : "";
}

bool IsToRun(const State& state, const InstanceStatus& status) {
  return status.phase == Phase::kRunning ||
         (status.phase == Phase::kLost && status.desired == Target::kRunning) ||
         FailedToArrive(state, status);
}

bool FailedToArrive(const State& state, const InstanceStatus& status) {
  if (status.desired != Target::kRunning || status.phase == Phase::kRunning) return false;
  const auto last = state.operations.Find(status.operation);
  return last != nullptr && last->operation.kind == OperationKind::kMove &&
         last->operation.actor == kMasterActor && last->operation.state == OperationState::kFailed;
}

}  // namespace edm::master
