#include "master/app/load_keeper.h"

#include <condition_variable>

namespace edm::master {

LoadKeeper::LoadKeeper(const Cluster& cluster, const Clock& clock)
    : cluster_(cluster), clock_(clock), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

std::vector<LoadPoint> LoadKeeper::PointsOf(const std::string& worker) const {
  const std::lock_guard lock(mutex_);
  return history_.PointsOf(worker);
}

void LoadKeeper::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    Look();
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, kLookEvery, [] { return false; });
  }
}

void LoadKeeper::Look() {
  const auto view = cluster_.View();
  const std::lock_guard lock(mutex_);
  for (const auto& name : history_.Workers()) {
    if (view->workers.Find(name) == nullptr) history_.Forget(name);
  }
  for (const auto& [id, worker] : view->workers.all()) {
    if (worker->load && worker->state != WorkerState::kLost) history_.Add(id, *worker->load, clock_.Now());
  }
}

}  // namespace edm::master
