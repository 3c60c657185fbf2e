#pragma once

#include <vector>

#include "worker/core/records.h"
#include "worker/ports/container_runtime.h"

namespace edm::worker {

std::vector<ServiceStatus> StatusOf(const std::vector<ContainerFacts>& containers, const RunSpec& run);

// The worst of what is not a one-shot; kUnknown when nothing is there.
Health HealthOf(const std::vector<ServiceStatus>& services);

// What a worker tells of one instance: the newest attempt that has ended or is under way, and what the engine
// shows.
Observation Observe(const Holding& holding, const AttemptRecord* attempt,
                    const std::vector<ContainerFacts>& containers);

bool SameObservation(const Observation& a, const Observation& b);

}  // namespace edm::worker
