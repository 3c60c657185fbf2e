#pragma once

#include <functional>
#include <string>

#include "common/base/time.h"
#include "common/ports/clock.h"
#include "common/ports/executor.h"
#include "worker/core/fence.h"
#include "worker/core/journal.h"
#include "worker/ports/address_reserver.h"
#include "worker/ports/attempt_witness.h"
#include "worker/ports/container_runtime.h"
#include "worker/ports/directory.h"
#include "worker/ports/disk_room.h"
#include "worker/ports/event_log.h"
#include "worker/ports/image_exchange.h"
#include "worker/ports/readiness_probe.h"
#include "worker/ports/release_files.h"
#include "worker/ports/source_store.h"
#include "worker/ports/workload.h"

namespace edm::worker {

// Everything that attempts act on. All of it outlives the runner.
struct Surroundings {
  ContainerRuntime& runtime;
  ReadinessProbe& readiness;
  SourceStore& sources;
  WorkloadReader& workloads;
  ReleaseFiles& files;
  AddressReserver& addresses;
  Directory& directory;
  Journal& journal;
  EventLog& events;
  Clock& clock;
  Executor& quick;   // everything but builds; bounded
  Executor& builds;  // fetching, judging and building; bounded apart, so that a stop never waits for a build
  AttemptWitness* witness = nullptr;  // sees what happens to attempts; may be none
  DiskRoom* room = nullptr;           // null: nobody looks after the disks
  ImageExchange* exchange = nullptr;  // null: images stay where they were built
};

struct RunnerSettings {
  std::string worker;                                 // the label of what this worker makes on the engine
  std::string public_address = "127.0.0.1";           // in URLs and in instance/<id>/ip
  std::string lan_address = "127.0.0.1";              // within the cluster; in endpoints
  std::string bind_address = "0.0.0.0";               // of published ports
  Fence fence = {};                                   // as it stands when the worker starts
  std::function<void(SteadyTime)> keep_contact = {};  // a leading master was heard; for the next start
};

}  // namespace edm::worker
