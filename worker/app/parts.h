#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/adapters/kv/consul_kv_store.h"
#include "common/adapters/kv/sqlite_kv_store.h"
#include "common/adapters/process/boost_process_runner.h"
#include "common/adapters/seal/secret_box.h"
#include "common/adapters/system/file_lock.h"
#include "common/adapters/system/system_clock.h"
#include "common/adapters/system/system_entropy.h"
#include "common/adapters/system/thread_pool.h"
#include "common/ports/config_resolver.h"
#include "worker/adapters/addresses/machine_address_reserver.h"
#include "worker/adapters/contact/contact_file.h"
#include "worker/adapters/disk/cache_ledger.h"
#include "worker/adapters/disk/disk_folder.h"
#include "worker/adapters/disk/disk_survey.h"
#include "worker/adapters/disk/room_maker.h"
#include "worker/adapters/docker/docker_disk.h"
#include "worker/adapters/docker/docker_runtime.h"
#include "worker/adapters/docker/engine_images.h"
#include "worker/adapters/docker/engine_usage.h"
#include "worker/adapters/docker/readiness_watch.h"
#include "worker/adapters/events/file_event_log.h"
#include "worker/adapters/files/disk_release_files.h"
#include "worker/adapters/journal/kv_journal.h"
#include "worker/adapters/load/system_load_probe.h"
#include "worker/adapters/source/git_source_store.h"
#include "worker/adapters/workload/compose_workload_reader.h"
#include "worker/app/options.h"
#include "worker/ports/directory.h"
#include "worker/ports/master_link.h"

namespace edm::worker {

class Registry;

// The adapters of a worker, each made once; later ones use earlier ones.
struct Parts {
  SystemClock clock;
  SystemEntropy entropy;
  BoostProcessRunner processes;
  std::string
      mark;  // of what this worker makes on an engine, which others may share: also those of the same id
  std::optional<FileLock> lock;  // of the data folder
  std::unique_ptr<SqliteKvStore> store;
  std::unique_ptr<KvJournal> journal;
  std::unique_ptr<FileEventLog> events;
  std::unique_ptr<ContactFile> contact;
  std::unique_ptr<DiskReleaseFiles> files;
  std::unique_ptr<DockerRuntime> runtime;
  std::unique_ptr<EngineImages> exchange;
  std::unique_ptr<ReadinessWatch> readiness;
  std::unique_ptr<EngineUsage> usage;
  std::unique_ptr<MachineAddressReserver> addresses;
  std::unique_ptr<GitSourceStore> sources;
  std::unique_ptr<DockerDisk> engine_disk;
  std::unique_ptr<DiskFolder> folder;
  std::unique_ptr<CacheLedger> cache;
  std::unique_ptr<RoomMaker> room;
  std::unique_ptr<DiskSurvey> survey;
  std::unique_ptr<ConfigResolver> compose;
  std::unique_ptr<ConfigResolver> resolver;  // asks `compose` what it was not asked before
  std::unique_ptr<ComposeWorkloadReader> workloads;
  std::unique_ptr<SystemLoadProbe> load;
  std::shared_ptr<Registry> registry;
  std::unique_ptr<MasterLink> link;
  std::unique_ptr<ConsulKvStore> consul;
  std::unique_ptr<Directory> directory;
};

// What is derived from the options and the machine.
struct Place {
  std::string id;
  std::string public_address;
  std::string rpc_address;
  std::string lan_address;  // the host of rpc_address
};

Result<Place> FindPlace(const WorkerOptions& options);

// Opens and makes all of them; talks to nobody yet.
Result<std::unique_ptr<Parts>> MakeParts(const WorkerOptions& options, const Place& place);

}  // namespace edm::worker
