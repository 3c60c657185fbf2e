#include "worker/app/metrics.h"

#include "common/base/size_units.h"

namespace edm::worker {

void ExposeReadings(Exposition& to, const WorkerReadings& it) {
  to.Gauge("edm_worker_instances_running", "instances that are meant to run here", it.counts.running);
  to.Gauge("edm_worker_instances_building", "instances that are being built here", it.counts.building);
  to.Gauge("edm_worker_cpu_ratio", "share of the cores in use, 0 to 1, smoothed", it.load.cpu);
  to.Gauge("edm_worker_memory_total_bytes", "memory of this machine", it.load.memory_total_mib * kMebibyte);
  to.Gauge("edm_worker_memory_available_bytes", "memory that is available",
           it.load.memory_available_mib * kMebibyte);
  to.Gauge("edm_worker_disk_total_bytes",
           "size of the fuller one of the disks of the data folder and the engine",
           it.load.disk_total_mib * kMebibyte);
  to.Gauge("edm_worker_disk_free_bytes", "free room on that disk", it.load.disk_free_mib * kMebibyte);
  to.Gauge("edm_worker_networks_free", "subnets that are left for networks", it.networks_free);
  to.Gauge("edm_worker_ports_free", "host ports that are left for instances", it.ports_free);
  to.Gauge("edm_worker_rpc_calls_open", "calls of the master in progress", static_cast<double>(it.calls));
  to.Gauge("edm_worker_registered", "1 while a master knows this worker", it.registered ? 1 : 0);
  to.Gauge("edm_worker_engine_up", "1 while the Docker engine answers", it.engine_well ? 1 : 0);
  to.Gauge("edm_worker_pool_tasks_queued", "tasks that wait for a thread, by pool");
  for (const auto& pool : it.pools) to.Value(static_cast<double>(pool.queued), {{"pool", pool.name}});
}

}  // namespace edm::worker
