#include "master/app/metrics.h"

#include <algorithm>
#include <map>

#include "common/base/size_units.h"
#include "common/base/text.h"
#include "master/app/words.h"

namespace edm::master {
namespace {

constexpr WorkerState kWorkerStates[] = {WorkerState::kJoining, WorkerState::kReady, WorkerState::kCordoned,
                                         WorkerState::kDraining, WorkerState::kLost};

using Counts = std::map<std::string, std::size_t>;

void Expose(Exposition& to, std::string_view label, const Counts& counts) {
  for (const auto& [value, count] : counts) to.Value(static_cast<double>(count), {{label, value}});
}

void ExposeInstances(Exposition& to, const State& state) {
  Counts phases;
  Counts healths;
  for (const auto& [id, record] : state.instances.all()) {
    const auto& status = record->instance.status;
    ++phases[Folded(PhaseName(status.phase))];
    if (status.phase == Phase::kRunning) ++healths[Folded(HealthName(status.health))];
  }
  to.Gauge("edm_instances", "instances by phase");
  Expose(to, "phase", phases);
  to.Gauge("edm_instances_running", "instances that run, by health");
  Expose(to, "health", healths);
}

void ExposeOperations(Exposition& to, const State& state) {
  Counts kinds;
  for (const auto& record : OpenRecords(state)) ++kinds[KindWord(record->operation.kind)];
  to.Gauge("edm_operations_open", "operations that have not ended, by kind");
  Expose(to, "kind", kinds);
  to.Gauge("edm_operations_open_max", "how many may be open at once",
           static_cast<double>(kOpenOperationsMax));
}

// One family: `read` of each worker whose load is known.
template <class Read>
void OfEachWorker(Exposition& to, const State& state, Read read) {
  std::size_t shown = 0;
  for (const auto& [id, worker] : state.workers.all()) {
    if (!worker->load || ++shown > kWorkerSeriesMax) continue;
    to.Value(read(*worker), {{"worker", id}});
  }
}

void ExposeWorkers(Exposition& to, const State& state) {
  Counts states;
  for (const auto one : kWorkerStates) states[StateWord(one)] = 0;
  for (const auto& [id, worker] : state.workers.all()) ++states[StateWord(worker->state)];
  to.Gauge("edm_workers", "workers by state");
  Expose(to, "state", states);
  to.Gauge("edm_cluster_worker_up", "1 while this master hears the worker");
  OfEachWorker(to, state, [](const WorkerRecord& it) { return it.state == WorkerState::kLost ? 0.0 : 1.0; });
  to.Gauge("edm_cluster_worker_cpu_ratio", "share of the worker's cores in use, 0 to 1, as it reported");
  OfEachWorker(to, state, [](const WorkerRecord& it) { return it.load->cpu; });
  to.Gauge("edm_cluster_worker_memory_available_bytes", "memory that is available there, as it reported");
  OfEachWorker(to, state, [](const WorkerRecord& it) { return it.load->memory_available_mib * kMebibyte; });
  to.Gauge("edm_cluster_worker_disk_free_bytes", "disk that is free there, as it reported");
  OfEachWorker(to, state, [](const WorkerRecord& it) { return it.load->disk_free_mib * kMebibyte; });
  to.Gauge("edm_cluster_worker_promised", "open operations that have something reserved there");
  OfEachWorker(to, state, [](const WorkerRecord& it) { return static_cast<double>(it.reservations.size()); });
  to.Counter("edm_cluster_worker_samples_refused_total", "load reports of the worker that made no sense");
  OfEachWorker(to, state, [](const WorkerRecord& it) { return static_cast<double>(it.samples_refused); });
  const auto all = state.workers.size();
  to.Gauge("edm_cluster_workers_without_series", "workers beyond those that have series of their own",
           static_cast<double>(all - std::min(all, kWorkerSeriesMax)));
}

}  // namespace

void ExposeCluster(Exposition& to, const State& state) {
  ExposeInstances(to, state);
  ExposeOperations(to, state);
  ExposeWorkers(to, state);
  to.Gauge("edm_epoch", "of this master's leadership", state.epoch);
}

void ExposeReadings(Exposition& to, const MasterReadings& readings) {
  to.Gauge("edm_loop_inputs_queued", "requests and reports that wait to be decided",
           static_cast<double>(readings.inputs_queued));
  to.Gauge("edm_store_decisions_pending", "decisions that wait to be stored",
           static_cast<double>(readings.decisions_pending));
  to.Gauge("edm_store_up", "1 while the state can be written", readings.store_well ? 1 : 0);
  to.Gauge("edm_rpc_calls_open", "calls over gRPC in progress", static_cast<double>(readings.calls_open));
  to.Gauge("edm_http_connections", "open connections over HTTP", static_cast<double>(readings.connections));
  to.Gauge("edm_disk_free_bytes", "free room where the data folder is",
           static_cast<double>(readings.disk_free_bytes));
  to.Gauge("edm_pool_tasks_queued", "tasks that wait for a thread, by pool");
  for (const auto& pool : readings.pools) to.Value(static_cast<double>(pool.queued), {{"pool", pool.name}});
  to.Gauge("edm_pool_threads", "threads that were started, by pool");
  for (const auto& pool : readings.pools) to.Value(static_cast<double>(pool.threads), {{"pool", pool.name}});
}

}  // namespace edm::master
