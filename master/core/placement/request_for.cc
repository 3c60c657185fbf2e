#include "master/core/placement/request_for.h"

#include <algorithm>

#include "master/core/each_worker.h"
#include "master/core/evict.h"
#include "master/core/placement/tenants.h"
#include "master/core/seat.h"

namespace edm::master {

PlacementRequest RequestFor(const State& state, const InstanceRecord& record, SteadyTime now) {
  const auto& instance = record.instance;
  const auto& spec = instance.spec;
  const auto& wants = spec.requirements;
  PlacementRequest request;
  request.instance = instance.id;
  request.labels = spec.worker_labels;
  request.memory_mib = spec.memory_mib == 0 ? kMemoryDefaultMib : spec.memory_mib;
  request.holder = SeatOf(state, record, now);
  request.needs_network = request.holder.empty() || instance.status.release == 0;
  request.share = ShareOf(spec);
  request.group = GroupOf(instance.owner, instance.project);
  request.architecture = wants.architecture;
  request.host_ports = wants.host_ports;
  request.apart_from = wants.apart_from;
  request.one_per_worker = wants.one_per_worker;
  request.affinities = wants.affinities;
  request.spread_by = wants.spread_by;
  request.strategy = wants.strategy;
  request.barred = BarredBySiblings(state, instance.id);
  request.barred.merge(BarredByTheOneBefore(state, instance));
  if (IsThere(instance.status)) request.at = instance.status.worker;
  for (const auto& release : ReleasesOf(state, instance.id)) {
    if (!release->worker.empty() &&
        std::ranges::find(request.cached, release->worker) == request.cached.end())
      request.cached.push_back(release->worker);
  }
  return request;
}

PlacementPolicy PolicyOf(const State& state) { return {.strategy = state.settings.placement_strategy}; }

}  // namespace edm::master
